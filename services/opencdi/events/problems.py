"""Bad data: what is refused or dead-lettered, by a reason code and the field's name, never by its value (DESIGN §8)."""


class Unusable(Exception):
    """Decodable but not usable by this room.  `reason` is a code of a closed list, `where` a field ("PV1-19", "Encounter.class")."""

    def __init__(self, reason: str, where: str = "") -> None:
        """Name the reason and the field; whoever raises this from another error says `from None`: the cause quotes the value."""
        super().__init__(f"{reason} {where}".strip())
        self.reason = reason
        self.where = where

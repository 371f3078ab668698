"""The order groups of a message: an OBR with what was observed for it (DOMAIN F.1, F.5)."""

from dataclasses import dataclass, field

from opencdi.intake.hl7v2.message import Segment, raw
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import OBX11_BY_OBR25


@dataclass(slots=True)
class Group:
    """An OBR with its results; `orc` is the ORC before it."""

    obr: Segment
    orc: Segment | None = None
    observations: list[Segment] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    specimen: Segment | None = None


def groups_in(reading: Reading) -> list[Group]:
    """The order groups of the message; results before any OBR (in ADT) make a group without order number.

    An ORU tells the specimen behind the results and the ORC before its OBR; an OUL the specimen, and what was seen of it, before the orders
    that were made of it, and the ORC behind its OBR.  A note or a comment about one result of a group is about the specimen of all.
    """
    groups: list[Group] = []
    orc: Segment | None = None
    specimen: Segment | None = None
    seen_alone = False  # the next result is of a specimen and of no order
    specimen_first = reading.message.header.message_type.startswith(("OUL^R22", "OUL^R23"))
    order_behind = specimen_first or reading.message.header.message_type.startswith("OUL^R24")
    for segment in reading.message.segments:
        name = segment[0]
        if name == "ORC" and order_behind and groups and groups[-1].orc is None and not groups[-1].observations:
            groups[-1].orc = segment
        elif name == "ORC":
            orc = segment
        elif name == "OBR":
            groups.append(Group(segment, orc, specimen=specimen))
            orc, seen_alone = None, False
        elif name == "OBX":
            if not groups or seen_alone:
                groups.append(Group(["OBR"], specimen=specimen))
            seen_alone = False
            groups[-1].observations.append(segment)
        elif name == "NTE" and groups:
            groups[-1].comments.append(reading.message.plain(raw(segment, 3)))
        elif name == "SPM" and specimen_first:
            specimen, seen_alone = segment, True
        elif name == "SPM" and groups:
            groups[-1].specimen = segment
    return groups


def order_numbers(reading: Reading, *segments: Segment | None) -> tuple[str, ...]:
    """Ids of the placer and filler numbers in ORC-2/3 and OBR-2/3: they lead to the visit (DOMAIN F.1)."""
    numbers = (reading.message.component(segment, n) for segment in segments if segment is not None for n in (2, 3))
    return tuple(reading.id_of("order", number) for number in dict.fromkeys(numbers) if number)


def status_of(reading: Reading, group: Group, obx: Segment) -> str:
    """OBX-11, else OBR-25, else final."""
    of_order = reading.message.component(group.obr, 25).upper()
    return reading.message.component(obx, 11).upper() or OBX11_BY_OBR25.get(of_order, of_order) or "F"

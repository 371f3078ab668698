"""Which of the site's tables translates a field: the tables note who looks what up in them."""

from dataclasses import dataclass, field
from typing import Any

from opencdi.knowledge.site import SiteData


@dataclass
class Asked:
    """Which codes were looked up in which of the site's tables."""

    keys: set[tuple[str, object]] = field(default_factory=set)

    def watched(self, site: SiteData) -> SiteData:
        """The same site data; who looks a code up is noted."""
        tables: dict[str, Any] = {}
        for name, value in site:
            if isinstance(value, dict):
                tables[name] = _Table(value, name, self.keys)
            elif isinstance(value, tuple):
                tables[name] = _Codes(value, name, self.keys)
        return site.model_copy(update=tables)


class _Table(dict[str, Any]):
    def __init__(self, table: dict[str, Any], name: str, keys: set[tuple[str, object]]) -> None:
        super().__init__(table)
        self.name, self.keys_asked = name, keys

    def get(self, key: str, otherwise: Any = None) -> Any:
        self.keys_asked.add((self.name, key))
        return super().get(key, otherwise)


class _Codes(tuple[Any, ...]):
    name: str
    keys_asked: set[tuple[str, object]]

    def __new__(cls, codes: tuple[Any, ...], name: str, keys: set[tuple[str, object]]) -> "_Codes":
        made = super().__new__(cls, codes)
        made.name, made.keys_asked = name, keys
        return made

    def __contains__(self, code: object) -> bool:
        self.keys_asked.add((self.name, code))
        return super().__contains__(code)

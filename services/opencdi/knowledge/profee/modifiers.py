"""Modifiers that say why two services of a day are two (`rules/profee/modifiers.yaml`; NCCI Policy Manual, chapter I, section E)."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from opencdi.knowledge.profee.pack import Finding, ServiceLine
from opencdi.knowledge.tables import parsed


class Modifiers(BaseModel):
    """The table.  `associated`: those that separate a pair where its edit allows one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    visits: tuple[tuple[str, str], ...]
    of_visits: frozenset[str]
    of_services: frozenset[str]
    distinct: str
    subsets: frozenset[str]
    repeated: frozenset[str]
    anatomic: frozenset[str]

    @property
    def associated(self) -> frozenset[str]:
        """Every modifier that may separate a pair."""
        return self.of_visits | self.of_services | self.anatomic | self.subsets | {self.distinct}

    def is_visit(self, code: str) -> bool:
        """Whether this is an evaluation and management service."""
        return len(code) == 5 and any(low <= code <= high for low, high in self.visits)

    def separates(self, line: ServiceLine) -> bool:
        """Whether the line says that it is a service of its own: by a modifier that its kind of service may carry."""
        wrong = (self.subsets | {self.distinct}) if self.is_visit(line.code) else self.of_visits
        return any(one in self.associated and one not in wrong for one in line.modifiers)

    def misused(self, number: int, line: ServiceLine) -> Iterator[Finding]:
        """Modifiers that this line cannot carry."""
        told = frozenset(line.modifiers)
        if (wrong := sorted(told & self.of_visits)) and not self.is_visit(line.code):
            yield Finding("modifier", (number,), f"{' '.join(wrong)} is for an evaluation and management service, {line.code} is none")
        if (wrong := sorted(told & (self.subsets | {self.distinct}))) and self.is_visit(line.code):
            yield Finding("modifier", (number,), f"{' '.join(wrong)} is not for an evaluation and management service ({line.code}): see 25")
        if self.distinct in told and (finer := sorted(told & self.subsets)):
            yield Finding("modifier", (number,), f"{self.distinct} and {' '.join(finer)} on one line: the more specific one alone")


@lru_cache(maxsize=2)
def load_modifiers(path: Path) -> Modifiers:
    """The table of that file."""
    return Modifiers.model_validate(parsed(path.read_bytes()))

"""What others than the patient's provider may document: BMI, the stage of a pressure ulcer, coma scale ... (`rules/nlp/others.yaml`).

ICD-10-CM Official Guidelines, Section I.B.14: these may be taken from a nurse's, a dietitian's or another clinician's note; the
diagnosis that goes with them may not (DOMAIN B20, F.6).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

from opencdi.clinical.vocabulary import AuthorRole
from opencdi.knowledge.tables import read_table

ANY = "*"
"""In place of a concept: that attribute of each."""


@dataclass(frozen=True)
class Item:
    """One of the exceptions: values, attributes of findings (concept, attribute) and beginnings of codes that are meant."""

    name: str
    analytes: frozenset[str] = frozenset()
    attributes: frozenset[tuple[str, str]] = frozenset()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Others:
    """The exceptions and for whose words they hold.  `cite` goes beside what is taken from them."""

    cite: str
    roles: frozenset[AuthorRole]
    items: tuple[Item, ...]

    def value(self, analyte: str, role: AuthorRole) -> Item | None:
        """The exception by which that number counts from such a clinician's note."""
        return next((item for item in self.items if analyte in item.analytes), None) if role in self.roles else None

    def attribute(self, concept: str, name: str, role: AuthorRole) -> Item | None:
        """The exception by which that attribute of a diagnosis counts, which a provider made."""
        wanted = {(concept, name), (ANY, name)}
        return next((item for item in self.items if wanted & item.attributes), None) if role in self.roles else None

    def code(self, code: str, role: AuthorRole) -> Item | None:
        """The exception by which that code (with its dot) may stand on such a clinician's words."""
        return next((item for item in self.items if item.codes and code.startswith(item.codes)), None) if role in self.roles else None


class WrongOthers(Exception):
    """The table cannot be used."""


@lru_cache(maxsize=4)
def load_others(folder: Path) -> Others:
    """The table `others.yaml` of that folder (`rules/nlp`); raises `WrongOthers`."""
    told = read_table(folder / "others.yaml")
    roles = frozenset(told["roles"])
    if unknown := roles - set(get_args(AuthorRole)) or roles & {"provider", "student", "scribe"}:
        raise WrongOthers(f"no such other clinician: {', '.join(sorted(unknown))}")
    items = []
    for row in told["items"]:
        if unknown := row.keys() - {"name", "analytes", "attributes", "codes"}:
            raise WrongOthers(f"unknown field {', '.join(sorted(unknown))}")
        attributes = frozenset((concept, name) for concept, name in row.get("attributes", ()))
        items.append(Item(row["name"], frozenset(row.get("analytes", ())), attributes, tuple(row.get("codes", ()))))
    return Others(told["cite"], roles, tuple(items))

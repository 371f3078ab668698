"""The site's official Table of Drugs and Chemicals, where it has loaded one, for the drugs that our own table has not (I.C.19.e)."""

from typing import Final, TypeVar

from pydantic import BaseModel

from opencdi.coding.drug_codes import SIXTH
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.alphabetic_index import AlphabeticIndex

Table = TypeVar("Table", bound=BaseModel)
_ACCIDENTAL, _ADVERSE = tuple(SIXTH).index("accidental"), tuple(SIXTH).index("adverse-effect")
_ELSEWHERE: Final = (" NEC", " NOS")
_COLUMN: Final = {6: 5, 5: 4}
"""Length of a code as the table prints it (T36.8X1, T36.91) -> where the character stands that says what the drug did."""


def with_official_drugs(table: ConceptTable, index: AlphabeticIndex | None) -> ConceptTable:
    """The table with every drug that the index names; what our own table says of a drug stays."""
    if index is None:
        return table
    drugs, stems, never = table.drugs, dict(table.drugs.stems), set(table.drugs.never_prescribed)
    for nth in index.terms_of("drugs"):
        term = index.term(nth)
        stem = _stem(term.codes)
        if stem is None or len(index.path(nth)) > 1:
            continue
        name = _name(term.title)
        if name not in drugs.stem_by_drug:
            stems[stem] = (*stems.get(stem, ()), name)
            if not term.codes[_ADVERSE]:
                never.add(name)
    return _changed(table, drugs=_changed(drugs, stems=stems, never_prescribed=frozenset(never)))


def _changed(table: Table, **fields: object) -> Table:
    """Made anew: a copy would keep what the old one has worked out of its fields."""
    return type(table)(**{name: getattr(table, name) for name in type(table).model_fields} | fields)


def _name(title: str) -> str:
    for words in _ELSEWHERE:
        title = title.removesuffix(words)
    return title.lower().replace(" ", "-")


def _stem(codes: tuple[str, ...]) -> str | None:
    """What the columns' codes have in common, with "*" where they differ unless that is their end; None of what has no such columns."""
    if len(codes) != len(SIXTH) or (at := _COLUMN.get(len(codes[_ACCIDENTAL]))) is None:
        return None
    printed = codes[_ACCIDENTAL]
    if printed[at] != SIXTH["accidental"] or not printed.startswith("T"):
        return None
    return printed[:at] if len(printed) == 6 else f"{printed[:at]}*X"

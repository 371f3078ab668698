"""The XML in which the NCHS publishes the Alphabetic Index and its tables (icd10cm-index.xsd), taken apart into the rows that we keep."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from opencdi.clinical.codes import undotted
from opencdi.knowledge.alphabetic_index import Part, Row
from opencdi.knowledge.index_file import WrongIndex

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ROOT: Final = "ICD10CM.index"
_CODE: Final = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\.?-?")
_NONE: Final = frozenset({"", "-", "--"})
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_MOST_DEEP: Final = 40
_FIRST: Final = 2
"""The first column of a table; column 1 is its titles."""


def read_xml(name: str, content: bytes) -> tuple[Part, str, list[Row]]:
    """Which part a file of that name and content holds, its fiscal year, and its terms.  Raises: WrongIndex."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise WrongIndex(f"{name}: no XML that is read: {error}") from None
    if root.tag != _ROOT:
        raise WrongIndex(f"{name}: begins with {root.tag}, not with {_ROOT}")
    year = (root.findtext("version") or "").strip()
    if not year.isdigit():
        raise WrongIndex(f"{name}: its version is no year")
    part = _part_of(root)
    if part is None:
        raise WrongIndex(f"{name}: neither the index nor one of its tables")
    rows: list[Row] = []
    columns = len(root.findall("indexHeading/head")) - 1
    for main in root.iter("mainTerm"):
        _add(rows, main, -1, columns, name, 1)
    if not rows:
        raise WrongIndex(f"{name}: no main term")
    return part, year, rows


def _part_of(root: "Element") -> Part | None:
    heads = [(head.text or "").strip().lower() for head in root.findall("indexHeading/head")]
    if heads:
        return {"neoplasm": "neoplasms", "substance": "drugs"}.get(heads[0])  # type: ignore[return-value]  # values are parts
    title = (root.findtext("title") or "").upper()
    if "EXTERNAL CAUSE" in title:
        return "external-causes"
    return "index" if "INDEX" in title else None


def _add(rows: list[Row], told: "Element", parent: int, columns: int, name: str, deep: int) -> None:
    title, optional = _title_of(told, name)
    nth = len(rows)
    codes = list(_columns(told, columns, title, name)) if columns > 0 else [_code(one.text, title, name) for one in told.findall("code")]
    rows.append([parent, title, optional, codes, _texts(told, "see"), _texts(told, "seeAlso")])
    if deep > _MOST_DEEP:
        raise WrongIndex(f"{name}: {title}: more than {_MOST_DEEP} levels")
    for term in told.findall("term"):
        _add(rows, term, nth, columns, name, deep + 1)


def _title_of(told: "Element", name: str) -> tuple[str, list[str]]:
    title = told.find("title")
    if title is None:
        raise WrongIndex(f"{name}: a term without a title")
    optional = [words for part in title.findall("nemod") for words in _BRACKETS.findall(part.text or "")]
    said = " ".join([title.text or "", *(part.tail or "" for part in title)])
    return " ".join(said.split()).strip(" ,"), optional


def _columns(told: "Element", columns: int, title: str, name: str) -> Iterator[str]:
    cells = {cell.get("col"): cell.text for cell in told.findall("cell")}
    if cells:
        for column in range(_FIRST, _FIRST + columns):
            text = cells.get(str(column)) or ""
            yield "" if text.strip() in _NONE or not _CODE.fullmatch(text.strip()) else _code(text, title, name)


def _code(text: str | None, title: str, name: str) -> str:
    code = (text or "").strip()
    if not _CODE.fullmatch(code):
        raise WrongIndex(f"{name}: {title}: {code!r} is no code")
    return undotted(code)


def _texts(told: "Element", tag: str) -> list[str]:
    return [" ".join(text.split()) for one in told.findall(tag) if (text := one.text)]

"""The marks of our golden corpus: synthetic notes with all that they say marked in the text, and a strict parser.

`corpus/<note-type>-<nn>-<slug>.txt`: lines `key: value` (type; author_role and authentication if they matter), an empty line, the note.
In the note:
- `{{words|concept|...}}` a finding.  Defaults: present, current, active yes, patient, certain.  Further fields in any order: an assertion,
  a temporality, `other` (somebody else's), `active=`, `certainty=`, and attributes `name=value`.  A concept is a slug of
  `concepts.yaml`, or `kind:?` where the kind alone is known (any concept of it counts).  `cause=?`: a cause without a slug, not measured.
- `[[analyte=value]]` directly behind a number, in the unit of `values.yaml`.
- `@@section-kind`, a line of its own, begins a section; `@@section-kind@@` begins one in the midst of a line.
What is what: historical = began before this encounter (chronic disease that is listed or treated: historical, active yes; past events and
past cancers: historical, active no; an acute turn of chronic disease: current); hypothetical = feared, conditional, planned.
Sections: as their headings are (IMPRESSION is `impression`); diagnoses before and after an operation are its `assessment`, its anesthesia,
losses, drains and complications `procedures`, where the patient goes `plan`; vital signs that open an examination are `vital-signs`.
All diagnoses and symptoms of a note are marked; findings, procedures, devices, organisms and medications too; anatomy is not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import yaml

from opencdi.clinical.vocabulary import (
    Active,
    Assertion,
    Authentication,
    AuthorRole,
    Certainty,
    Experiencer,
    FindingKind,
    NoteType,
    SectionKind,
    Temporality,
)
from opencdi.knowledge.concepts import ATTRIBUTES, load_concepts
from opencdi.settings import rules_dir

CORPUS = Path(__file__).parent / "corpus"
CONCEPTS = load_concepts(rules_dir() / "nlp")
ANALYTES = yaml.safe_load((rules_dir() / "nlp" / "values.yaml").read_text(encoding="utf-8")).keys() | {"sbp", "dbp"}
_HEADER = {"type": get_args(NoteType), "author_role": get_args(AuthorRole), "authentication": get_args(Authentication)}
_NAMED = {"active": get_args(Active), "certainty": get_args(Certainty)}
_BARE = {"assertion": get_args(Assertion), "temporality": get_args(Temporality), "experiencer": get_args(Experiencer)}
_CLOSED = {
    "severity": {"mild", "moderate", "severe"},
    "acuity": {"acute", "chronic", "acute-on-chronic", "subacute"},
    "laterality": {"left", "right", "bilateral"},
    "resolved": {"yes"},
    "poa": {"yes", "no"},
    "organism": {slug for slug, concept in CONCEPTS.items() if concept.kind == "organism"} | {"?"},
    "cause": CONCEPTS.keys() | {"?"},
}
_MEDICATION = ("dose", "route", "frequency")
_TOKEN = re.compile(
    r"\{\{(?P<mark>[^{}]*)\}\}|\[\[(?P<value>[^\[\]]*)\]\]|^@@(?P<line>[a-z-]+)[ \t]*\n|@@(?P<inline>[a-z-]+)@@", re.MULTILINE
)
_STRAY = re.compile(r"\{\{|\}\}|\[\[|\]\]|@@")


class WrongMarks(Exception):
    """Marks that cannot be read, each with its file and line."""


@dataclass(frozen=True)
class Mark:
    """What a note says at characters [start, end).  `concept` is None where only the kind is known; `certainty` where it is not told."""

    start: int
    end: int
    kind: FindingKind
    concept: str | None
    assertion: Assertion = "present"
    temporality: Temporality = "current"
    active: Active = "yes"
    certainty: Certainty | None = None
    experiencer: Experiencer = "patient"
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MarkedValue:
    """A number that a note gives; `at` is where it ends."""

    at: int
    analyte: str
    value: float


@dataclass(frozen=True)
class GoldenNote:
    """A note, and what it says.  `sections`: where each begins, in order, covering the text."""

    name: str
    type: NoteType
    author_role: AuthorRole | None
    authentication: Authentication | None
    text: str
    sections: tuple[tuple[int, SectionKind], ...]
    marks: tuple[Mark, ...]
    values: tuple[MarkedValue, ...]
    first_line: int
    section_lines: tuple[int, ...]
    """Before which characters of the text a line of the file is not part of it."""

    def line_at(self, at: int) -> int:
        """The line of the file in which that character of the text stands."""
        return self.first_line + self.text.count("\n", 0, at) + sum(start <= at for start in self.section_lines)


def notes_in(path: Path) -> Iterator[GoldenNote]:
    """The notes of a folder, or the one of a file; raises `WrongMarks`."""
    for file in sorted(path.glob("*.txt")) if path.is_dir() else [path]:
        yield parsed(file.name, file.read_text(encoding="utf-8"))


def parsed(name: str, source: str) -> GoldenNote:
    """The note in that source; raises `WrongMarks` with all that is wrong in it."""
    head, _, body = source.partition("\n\n")
    wrong: list[str] = []
    header: dict[str, str] = {}
    for at, row in enumerate(head.splitlines(), 1):
        key, _, told = row.partition(": ")
        if told.strip() not in _HEADER.get(key, ()):
            wrong.append(f"{name}:{at}: no such header: {row}")
        header[key] = told.strip()
    if "type" not in header or not name.startswith(header["type"] + "-"):
        wrong.append(f"{name}:1: the header's type must begin the file's name")
    first_line = head.count("\n") + 3

    def line_of(at: int) -> int:
        return first_line + body.count("\n", 0, at)

    text = ""
    sections: list[tuple[int, str]] = []
    marks: list[Mark] = []
    values: list[MarkedValue] = []
    section_lines: list[int] = []
    done = 0
    for token in _TOKEN.finditer(body):
        begin, done = done, token.end()
        text += body[begin : token.start()]
        if stray := _STRAY.search(body, begin, token.start()):
            wrong.append(f"{name}:{line_of(stray.start())}: a mark is not closed, or one stands within another")
        try:
            if token["mark"] is not None:
                words, *fields = token["mark"].split("|")
                marks.append(_mark(len(text), words, fields))
                text += words
            elif token["value"] is not None:
                values.append(_value(text, token["value"]))
            elif (kind := token["line"] or token["inline"]) in get_args(SectionKind):
                sections.append((len(text), kind))
                if token["line"]:
                    section_lines.append(len(text))
            else:
                raise ValueError(f"no such section: {kind}")
        except ValueError as error:
            wrong.append(f"{name}:{line_of(token.start())}: {error}")
    if stray := _STRAY.search(body, done):
        wrong.append(f"{name}:{line_of(stray.start())}: a mark is not closed")
    if wrong:
        raise WrongMarks("\n".join(wrong))
    if not sections or sections[0][0] > 0:
        sections.insert(0, (0, "other"))
    role, signed = header.get("author_role"), header.get("authentication")
    return GoldenNote(
        name,
        header["type"],
        role,
        signed,
        text + body[done:],
        tuple(sections),
        tuple(marks),
        tuple(values),
        first_line,
        tuple(section_lines),
    )


def _mark(start: int, words: str, fields: list[str]) -> Mark:
    if not fields or words != words.strip() or not words:
        raise ValueError(f"a mark is {{{{words|concept}}}}, without blanks at its ends: {words}")
    kind, concept = _concept(fields[0])
    told: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for one in fields[1:]:
        name, equals, value = one.partition("=")
        if not equals:
            value, name = one, next((axis for axis, known in _BARE.items() if one in known), "")
        if name in _BARE.keys() | _NAMED.keys() and value in {**_BARE, **_NAMED}[name] and name not in told:
            told[name] = value
        elif equals and _is_attribute(name, value, kind) and name not in attributes:
            attributes[name] = value
        else:
            raise ValueError(f"{words}: unknown or twice: {one}")
    if told.get("assertion") == "absent":
        told.setdefault("active", "no")
    mark = Mark(start, start + len(words), kind, concept, attributes=attributes, **told)
    if complaint := _contradiction(mark, "active" in told):
        raise ValueError(f"{words}: {complaint}")
    return mark


def _concept(told: str) -> tuple[FindingKind, str | None]:
    if told in CONCEPTS:
        return CONCEPTS[told].kind, told
    if told.endswith(":?") and told.removesuffix(":?") in get_args(FindingKind):
        return told.removesuffix(":?"), None
    raise ValueError(f"no such concept: {told}")


def _is_attribute(name: str, value: str, kind: str) -> bool:
    if kind == "medication" and name in _MEDICATION:
        return bool(value)
    return name in ATTRIBUTES and bool(value) and (name not in _CLOSED or value in _CLOSED[name])


def _contradiction(mark: Mark, active_told: bool) -> str | None:
    if mark.assertion == "absent" and mark.active != "no":
        return "absent, but active"
    if (mark.temporality == "hypothetical" or mark.experiencer == "other") and mark.active != "no":
        return "hypothetical or somebody else's, but active"
    if mark.assertion == "possible" and mark.active == "yes":
        return "possible, so active=unknown"
    lasting = mark.concept is None or CONCEPTS[mark.concept].chronic or mark.kind not in ("diagnosis", "symptom")
    if mark.temporality == "historical" and not lasting and not active_told:
        return "historical and not chronic: say active="
    return None


def _value(text: str, told: str) -> MarkedValue:
    analyte, _, number = told.partition("=")
    if analyte not in ANALYTES:
        raise ValueError(f"no such analyte: {analyte}")
    if not text[-1:].isdigit():
        raise ValueError(f"a value stands directly behind its number: {told}")
    return MarkedValue(len(text), analyte, float(number))

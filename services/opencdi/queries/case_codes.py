"""The line of a case that tells today's working codes (`case_chart` has the grammar): a coding page over the notes told so far."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage, Evidence, WorkingCode, WorkingProcedure
from opencdi.events.reading import NoteRead
from opencdi.queries.case_facts import BadCase

_CODE = re.compile(r"((?:(?:principal|tied|flagged|uncertain|conflict) )*)([A-Z]\w+) ([\w:-]+)(?: (Y|N|U|W|1|undetermined))?")
_OPEN = re.compile(r"open ([\w-]+)(?:\[([\w,-]+)\])?")


def codes_told(told: str, notes: Iterable[NoteRead], as_of: str) -> CodingPage:
    """The page: each code with the words of the notes that name its concept."""
    read, codes, procedures, tied = tuple(notes), [], [], []
    for part in filter(None, (one.strip() for one in told.split(";"))):
        if match := _OPEN.fullmatch(part):
            procedures.append(_left_open(match[1], tuple((match[2] or "").split(",")), tuple(_words(read, match[1]))))
        elif match := _CODE.fullmatch(part):
            flags, code, concept, poa = match.groups()
            codes.append(_code(flags.split(), code, concept, poa or "Y", tuple(_words(read, concept))))
            tied += [code] if "tied" in flags else []
        else:
            raise BadCase(part)
    made_by = MadeBy(room="coding", software="cases")
    return CodingPage(as_of=as_of, made_by=made_by, codes=tuple(codes), principal_candidates=tuple(tied), procedures=tuple(procedures))


def _left_open(procedure: str, lacking: tuple[str, ...], evidence: tuple[Evidence, ...]) -> WorkingProcedure:
    return WorkingProcedure(procedure=procedure, status="question", asks=("left open",), lacking=lacking, evidence=evidence)


def _code(flags: list[str], code: str, concept: str, poa: str, evidence: tuple[Evidence, ...]) -> WorkingCode:
    said: dict[str, Any] = {
        "code": code,
        "description": concept,
        "concept": concept,
        "role": "principal" if "principal" in flags else "secondary",
        "status": next((flag for flag in flags if flag in ("flagged", "uncertain")), "proposed"),
        "poa": poa,
        "poa_conflict": True if "conflict" in flags else None,
        "confidence": 0.8,
        "evidence": evidence,
    }
    return WorkingCode.model_validate(said)


def _words(notes: tuple[NoteRead, ...], concept: str) -> Iterator[Evidence]:
    for note in notes:
        for finding in note.findings if note.counts and not note.retracted else ():
            if finding.concept == concept and not finding.copied:
                yield Evidence(
                    note_id=note.note_id,
                    revision=note.revision,
                    start=finding.start,
                    end=finding.end,
                    quote=finding.text,
                    author=note.author_name,
                    at=note.written_at,
                    confidentiality=note.confidentiality,
                )

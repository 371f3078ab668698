"""Which codes of a message no table of the site knows: told with its outcome, to be counted and mapped (DOMAIN F.4, E.1)."""

import re
from collections.abc import Iterable, Iterator

from opencdi.clinical.vocabulary import SiteTable
from opencdi.events.audiences import Unmapped
from opencdi.events.facts import Coded, MeasurementResulted, NoteFiled
from opencdi.events.inbound import CODE_CHARACTERS
from opencdi.intake.tables import loinc_of, names_note_type
from opencdi.intake.told import Told
from opencdi.knowledge.site import SiteData

MOST = 200
"""Codes that one outcome names: a transaction of ten thousand results names what is there to be mapped in its next one."""
_TEXT_CHARACTERS = 80
_NAME_OF_A_CODE = re.compile(r"[\w .,;:/()\[\]%#+*&'<>=^-]*")
_WORD = re.compile(r"\w+")
_MOST_WORDS = 6  # a code field with more is being used for free text


def unmapped_in(tells: Iterable[Told], site: SiteData) -> tuple[Unmapped, ...]:
    """Each code once, in the order of the message; nothing that names a patient of the message, as a field of a garbled one may."""
    tells, found = tuple(tells), dict[tuple[SiteTable, str], Unmapped]()
    codes = [code for told in tells for code in _codes(told, site)]
    named = {word for told in tells for word in _names(told)} if codes else set()
    for table, key, text in codes:
        if len(key) > CODE_CHARACTERS or len(key.split()) > _MOST_WORDS or not _NAME_OF_A_CODE.fullmatch(key) or _words(key) & named:
            continue
        if len(found) < MOST:
            found.setdefault((table, key), Unmapped(table=table, code=key, text="" if _words(text) & named else _short(text)))
    return tuple(found.values())


def _names(told: Told) -> Iterator[str]:
    if (patient := told.patient) is not None:
        yield from _words(patient.name or "")
        yield from (word for number in patient.ids for word in _words(number.value))


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if len(word) > 1}


def _codes(told: Told, site: SiteData) -> Iterator[tuple[SiteTable, str, str]]:
    visit = told.visit
    if visit is not None and visit.encounter_class == "unmapped" and visit.class_code is not None:
        yield "class_by_code", visit.class_code.code.partition("/")[0], visit.class_code.text
    if visit is not None and visit.disposition_source and visit.disposition_code is not None:
        yield "disposition_by_code", visit.disposition_code.code, visit.disposition_code.text
    for item in told.items:
        match item.fact:
            case MeasurementResulted(analyte=None, code=code) if code.code and loinc_of(code, site) is None:
                yield "loinc_by_local_code", f"{code.code}^{code.system}", code.text
            case NoteFiled(note_type="other", type_code=Coded() as code) if code.code and not names_note_type(code, site):
                yield "note_type_by_code", code.code, code.text
            case _:
                pass


def _short(text: str) -> str:
    """The sender's name of the code; what has lines, quotes or braces is no name."""
    return text[:_TEXT_CHARACTERS] if _NAME_OF_A_CODE.fullmatch(text) else ""

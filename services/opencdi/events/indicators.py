"""A clinical indicator: what the record shows, quoted so that anyone can find it again (DOMAIN Q-02)."""

from typing import Literal

from opencdi.clinical.time import ClinicalTime
from opencdi.events.contract import Contract

Pertinence = Literal["baseline status", "specificity", "diagnostic criteria", "etiology", "present on admission", "history clarification"]
"""Why a fact of an earlier encounter matters in this one: the closed list of DOMAIN C.3."""


class Indicator(Contract):
    """A clinical indicator as the physician sees it: factual text, value or quote, source, time, author (DOMAIN Q-02).

    `source_id` is the measurement, order, administration or note (`note_id@revision`) that it reproduces from; for a note, `start` and
    `end` are the quote's offsets.
    """

    text: str
    source: str  # "laboratory", "vital sign", "H&P", "medication administration" …
    source_id: str
    at: ClinicalTime
    author: str = ""
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    label: str | None = None  # "preliminary", "baseline, 60 d before", "estimated"
    confidentiality: str | None = None  # of a restricted note only (DOMAIN F.17)
    prior: bool | None = None  # of an earlier encounter, `encounter_id` where that is known, and why it matters in this one
    encounter_id: str | None = None
    pertinence: Pertinence | None = None

"""What the working code set says, as far as rules ask of it: each code with the words on which it rests.

A question's content knows no money (DOMAIN F.14): what is kept here of a coding page has no field for a DRG, a weight, a severity, or
whether a code is a complication, and no rule can ask for one.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from opencdi.bus.room import States
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.pages import CodingPage, Evidence, WorkingCode, WorkingProcedure
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Coded, ProcedureLeftOpen
from opencdi.queries.told import CodedDiagnosis, CodeSet, CodeWords, OpenProcedure

NoteTypes = Callable[[str], NoteType]


def code_set_of(states: States, encounter_id: str) -> CodeSet:
    """What is remembered of the stay's codes."""
    held = states.get(f"coded/{encounter_id}")
    return held if isinstance(held, CodeSet) else CodeSet()


def code_set(page: CodingPage, asked: Iterable[Coded | ProcedureLeftOpen], type_of: NoteTypes) -> CodeSet:
    """What of a coding page is remembered: that which one of these conditions could be met by."""
    asked, tied = tuple(asked), page.principal_candidates if len(page.principal_candidates) > 1 else ()
    of_diagnoses = [one for one in asked if isinstance(one, Coded)]
    fitting = (code for code in page.codes if any(_fits(one, code, tied=code.code in tied) for one in of_diagnoses))
    procedures = (open_one for one in page.procedures if (open_one := _procedure(one, type_of)))
    return CodeSet(
        diagnoses=tuple(told for code in fitting if (told := _diagnosis(code, tied, type_of))),
        procedures=tuple(one for one in procedures if any(isinstance(a, ProcedureLeftOpen) and _asked(a, one) for a in asked)),
    )


def _diagnosis(code: WorkingCode, tied: tuple[str, ...], type_of: NoteTypes) -> CodedDiagnosis | None:
    said = _said(code.evidence, type_of)
    if not said or not code.concept:  # a list's own code: nobody has written it
        return None
    return CodedDiagnosis(
        code=code.code,
        concept=code.concept,
        principal=code.role == "principal",
        tied=code.code in tied,
        status=code.status,
        poa=code.poa,
        conflict=bool(code.poa_conflict),
        first=said[0],
        last=said[1],
    )


def _procedure(one: WorkingProcedure, type_of: NoteTypes) -> OpenProcedure | None:
    said = _said(one.evidence, type_of)
    if not said or one.status != "question":
        return None
    return OpenProcedure(procedure=one.procedure, asks=one.asks, lacking=one.lacking, first=said[0], last=said[1])


def _said(evidence: tuple[Evidence, ...], type_of: NoteTypes) -> tuple[CodeWords, CodeWords] | None:
    """The first words and the last."""
    placed = [(one.at.at, one.note_id, one.start, nth) for nth, one in enumerate(evidence) if one.at is not None]
    return (_words(evidence[min(placed)[-1]], type_of), _words(evidence[max(placed)[-1]], type_of)) if placed else None


def _words(one: Evidence, type_of: NoteTypes) -> CodeWords:
    return CodeWords.model_validate(
        {
            **{name: getattr(one, name) for name in ("note_id", "revision", "author", "at", "start", "end", "confidentiality")},
            "text": one.quote,
            "note_type": type_of(one.note_id),
        }
    )


def _fits(asked: Coded, one: CodedDiagnosis | WorkingCode, *, tied: bool) -> bool:
    principal = one.principal if isinstance(one, CodedDiagnosis) else one.role == "principal"
    conflict = one.conflict if isinstance(one, CodedDiagnosis) else bool(one.poa_conflict)
    return (
        one.status in asked.status
        and (not asked.codes or one.code.startswith(asked.codes))
        and not one.code.startswith(asked.not_codes)
        and (not asked.poa or one.poa in asked.poa)
        and (asked.role == "any" or principal == (asked.role == "principal"))
        and tied >= asked.tied
        and conflict >= asked.conflict
    )


def _asked(condition: ProcedureLeftOpen, one: OpenProcedure) -> bool:
    return (
        one.procedure in condition.procedures
        and (not condition.lacking or not set(condition.lacking).isdisjoint(one.lacking))
        and set(condition.told).isdisjoint(one.lacking)
    )


def coded(condition: Coded, held: CodeSet, began: datetime) -> Iterator[Sign]:
    """Each diagnosis that is coded so, at the time at which it was first said; those that tie are one sign together."""
    fitting = [one for one in held.diagnoses if _fits(condition, one, tied=one.tied) and _in_time(condition, one, began)]
    if not condition.tied:
        for one in fitting:
            ends = (one.first, one.last) if condition.conflict or condition.still_after_h else (one.first,)
            yield Sign(one.first.at.at, tuple(Cited(one.concept, words) for words in dict.fromkeys(ends)), about=one.concept)
    elif len(fitting) > 1:
        yield Sign(max(one.first.at.at for one in fitting), tuple(Cited(one.concept, one.first) for one in fitting))


def _in_time(condition: Coded, one: CodedDiagnosis, began: datetime) -> bool:
    first, last = one.first.at.at - began, one.last.at.at - began
    return first >= timedelta(hours=condition.first_after_h) and last >= timedelta(hours=condition.still_after_h)


def left_open(condition: ProcedureLeftOpen, held: CodeSet) -> Iterator[Sign]:
    """Each procedure of these whose code waits for an answer."""
    for one in held.procedures:
        if _asked(condition, one):
            ends = dict.fromkeys((one.first, one.last or one.first))
            yield Sign(one.first.at.at, tuple(Cited(one.procedure, words) for words in ends), about=one.procedure)

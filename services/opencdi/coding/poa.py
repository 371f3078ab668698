"""Present on admission: proposed, never computed as if it were known (Guidelines appendix I; DOMAIN F.12)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.shown import Admission
from opencdi.coding.signs import Presenting
from opencdi.coding.table import ConceptTable

_FULL: Final = 7
_LATER: Final = "DEFGHJKMNPQRS"
_INJURIES: Final = ("M48", "M80", "M84", "S", "T", "V", "W", "X", "Y")
_ALONGSIDE: Final = ("B95", "B96", "B97", "Z16", *(f"T{number}" for number in range(36, 51)))
"""Organisms, their resistance, drugs: as old as the condition that they are coded beside.  Shock is no such thing: it may come later."""
_OUTSIDE: Final = ("V", "W", "X", "Y", "Z")
_THERE: Final = ("Y", "W", "1")


class ProposedPoa(NamedTuple):
    """The proposal and its reason.  `conflict`: the notes say both, as against nothing."""

    poa: Poa
    reason: str
    conflict: bool = False


_NEVER: Final = (datetime.max.replace(tzinfo=UTC), 0)
_UNDER_WAY: Final = ProposedPoa("undetermined", "conflict: a sign of it at admission, told as a complication of the stay", conflict=True)


def proposed_poa(
    table: ConceptTable,
    codes: Iterable[Candidate],
    inpatient_at: datetime | None,
    seen: tuple[Presenting, ...] = (),
    reason: frozenset[str] = frozenset(),
    statements: frozenset[str] = frozenset(),
    named: frozenset[str] = frozenset(),
) -> Mapping[str, ProposedPoa]:
    """code -> its proposal: each by its own documentation, then by what was there when the patient came.

    What was documented only later is Y where the admission shows it (`Admission`), and N where it is told as a complication and
    the admission's notes, which there must be, show nothing of it.  `seen`: findings from before the order; `reason`: codes of what the
    hospital stated as the reason for the admission; `statements`: the final ones, by note id; `named`: what the admission's notes name too
    generally for a code.
    """
    held = tuple(codes)
    exempt = table.guidelines.poa_exempt
    told = {one.code: poa_of(one, inpatient_at, exempt) for one in held}
    came = tuple(one for one in held if told[one.code].poa == "Y")
    admission = Admission(table, held, came, seen, reason, inpatient_at, named)
    admission_noted = any(one.at_admission for one in held)
    for one in held:
        if told[one.code].poa != "undetermined" or one.onset_after:
            continue
        shown = admission.shows(one)
        if one.told_later and admission_noted:
            complication = "told as a complication of the stay, and the notes of the admission do not name it"
            told[one.code] = _UNDER_WAY if shown else ProposedPoa("N", complication)
        elif shown:
            told[one.code] = ProposedPoa("Y", f"appendix I: {shown}")
    if (
        not admission_noted
        and (first := _first_of_all(held, statements))
        and told[first.code].poa == "undetermined"
        and not first.told_later
    ):
        told[first.code] = ProposedPoa("Y", "II: first of the final diagnoses, and no note of the admission says what else occasioned it")
    _by_their_causes(held, told)
    for one in held:
        parts = [told[part].poa for part in one.parts if part in told]
        if parts and told[one.code].poa != "1":
            told[one.code] = _of_parts(parts)
    _by_the_same_words(held, told)
    return told


def _first_of_all(held: tuple[Candidate, ...], statements: frozenset[str]) -> Candidate | None:
    """The diagnosis that the final statement assesses first."""
    stated = [one for one in held if one.status == "proposed" and one.assessed_order and any(q.note_id in statements for q in one.evidence)]
    first = min(stated, key=lambda one: one.assessed_order or _NEVER, default=None)
    return first if first and first.kind == "diagnosis" else None


def _by_their_causes(held: tuple[Candidate, ...], told: dict[str, ProposedPoa]) -> None:
    """No cause is younger than its effect, and no effect older than its cause, as the provider links them."""
    for effect in (one for one in held if one.caused_by):
        causes = [one for one in held if {one.concept, one.family} & effect.caused_by and one.code != effect.code]
        causes = [one for one in causes if one.status == "proposed" and not one.code.startswith(_OUTSIDE)]
        for cause in causes:
            if told[effect.code].poa == "Y" and told[cause.code].poa == "undetermined" and not cause.told_later:
                told[cause.code] = ProposedPoa("Y", "appendix I: the cause of what was present on admission")
        if told[effect.code].poa == "undetermined" and causes and all(told[cause.code].poa == "N" for cause in causes):
            told[effect.code] = ProposedPoa("N", "its cause began after the admission")


def _by_the_same_words(held: tuple[Candidate, ...], told: dict[str, ProposedPoa]) -> None:
    """The organism is as old as its infection, the drug as what it did: the same words say both."""
    for one in held:
        if told[one.code].poa != "undetermined" or not one.code.startswith(_ALONGSIDE):
            continue
        words = {(quote.note_id, quote.start) for quote in one.evidence}
        others = [other for other in held if other.status == "proposed" and not other.code.startswith((*_ALONGSIDE, *_OUTSIDE))]
        same = [other for other in others if words & {(quote.note_id, quote.start) for quote in other.evidence}]
        # "MRSA cellulitis", whose leg another note names: the same disease, said more exactly.
        beside = {told[other.code].poa for other in same or (other for other in others if other.concept == one.concept)}
        if beside in ({"Y"}, {"N"}):
            told[one.code] = ProposedPoa("Y" if beside == {"Y"} else "N", "appendix I: as old as the condition that it is told with")


def _of_parts(parts: list[Poa]) -> ProposedPoa:
    """Appendix I, combination codes: Y if every part was present on admission, N if any was not."""
    if "N" in parts:
        return ProposedPoa("N", "appendix I: a part of the combination began after the admission")
    if all(poa in _THERE for poa in parts):
        return ProposedPoa("Y", "appendix I: every part of the combination was present on admission")
    return ProposedPoa("undetermined", "appendix I: of a part of the combination the onset is not said")


def poa_of(one: Candidate, inpatient_at: datetime | None, exempt: tuple[str, ...] = ()) -> ProposedPoa:
    """By its own documentation alone.  `exempt`: prefixes of the codes that need no POA.

    Y: evidence before the inpatient order, or chronic or congenital by nature.  N: only a documented onset after it.  W: only a provider's
    word that it cannot be determined.  Else undetermined: ask.  U is a coder's word and never proposed from here.
    """
    if is_exempt(one.code, exempt):
        return ProposedPoa("1", "exempt from POA reporting")
    onset_after = one.onset_after or (inpatient_at is not None and any(day > inpatient_at.date() for day in one.began))
    if onset_after and ((one.at_admission and not one.only_suspected) or one.came_with):
        # Two conditions of one code are N where either began here (appendix I); one condition cannot be both.  A person sees which it is.
        return ProposedPoa("undetermined", "conflict: there at admission by one note, begun after it by another", conflict=True)
    if onset_after:
        return ProposedPoa("N", "the note says that it began after the admission")
    if one.came_with:
        return ProposedPoa("Y", "the note says that it was present on admission")
    if one.onset_unknown:
        return ProposedPoa("W", "the provider says that it cannot be determined whether it was present on admission")
    if one.nature == "chronic" or one.code.startswith("C"):
        # A malignancy found after the order was there before it (appendix I, "chronic conditions … not diagnosed until after").
        return ProposedPoa("Y", "chronic by nature")
    if inpatient_at is None or one.order is None:
        return ProposedPoa("undetermined", "no inpatient order known")
    if one.order[0] <= inpatient_at:
        return ProposedPoa("Y", "documented before the inpatient order")
    if one.suspected and one.suspected <= inpatient_at:
        return ProposedPoa("Y", "appendix I: suspected before the inpatient order, confirmed after it")
    if one.at_admission:
        # The emergency note and the history and physical describe the patient as he came, though they are signed after the order.
        return ProposedPoa("Y", "documented as presenting (emergency note or history and physical)")
    return ProposedPoa("undetermined", f"first documented {one.order[0].date().isoformat()}, after the inpatient order; onset not said")


def is_exempt(code: str, exempt: tuple[str, ...]) -> bool:
    """Whether CMS's list has it: by its category, or by a 7th character of an injury or external cause: later encounter, sequela."""
    later = len(code) == _FULL and code[-1] in _LATER and code.startswith(_INJURIES)
    return later or code.startswith(exempt)

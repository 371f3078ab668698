"""What the classification says with one code: the parts make the combination, and what it replaced stays visible (DOMAIN F.13)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.guideline_rows import Combined
from opencdi.coding.of_note import remembered
from opencdi.coding.steps import Candidates, Known, Listed, listed, proposed, with_code
from opencdi.events.reading import Finding, NoteRead

_BESIDE: Final = 40
"""So many characters behind a disease a denied cause still speaks of it."""


def combined(codes: Candidates, parts: Iterable[Candidate], into: str, concept: str, reason: str) -> Candidates:
    """`parts` are said by the one code `into`, which carries their evidence.  It is acute where a disease in it is (appendix I)."""
    held = list(parts)
    first = held[0]
    acute = [part for part in held if part.nature == "" and part.kind == "diagnosis"]
    whole = first._replace(
        code=into,
        concept=concept,
        status="proposed",
        evidence=tuple(dict.fromkeys(e for part in held for e in part.evidence)),
        reasons=(reason,),
        order=min((part.order for part in held if part.order), default=None),
        assessed_order=min((part.assessed_order for part in held if part.assessed_order), default=None),
        at_admission=all(part.at_admission for part in held),
        assessed=any(part.assessed for part in held),
        kind="diagnosis",
        nature="" if acute else first.nature,
        family=into,
        parts=tuple(part.code for part in held),
    )
    return with_code(codes, whole)


def flag(codes: Candidates, which: Iterable[Candidate], reason: str) -> Candidates:
    """These leave the claim and stay visible."""
    return flag_each(codes, {one.code: reason for one in which})


def flag_each(codes: Candidates, reasons: Mapping[str, str]) -> Candidates:
    """The same, each code of them for its own reason."""
    if not reasons:
        return codes
    return Listed([one.flagged(reasons[one.code]) if one.code in reasons and one.status == "proposed" else one for one in codes])


def instead(codes: Candidates, one: Candidate, said: Candidate, reason: str, *, flagged: str = "") -> Candidates:
    """`said` in the place of `one`, which leaves the claim and stays visible.  `flagged`: what `one` is told, where not the reason."""
    return with_code(flag(codes, [one], flagged or reason), said._replace(reasons=(*one.reasons, reason)))


def other_cause(one: Candidate, own: Collection[str]) -> str | None:
    """What the provider ascribes it to, where that is none of `own`: then "with" presumes nothing (I.A.15)."""
    return None if one.caused_by & set(own) else next(iter(sorted(one.caused_by)), None)


@remembered
def _denied_in(note: NoteRead) -> dict[str, list[Finding]]:
    """The mentions of a note that say that there is none of it, by concept."""
    found: dict[str, list[Finding]] = {}
    for said in note.findings:
        if said.assertion == "absent":
            found.setdefault(said.concept, []).append(said)
    return found


def said_unrelated(known: Known, one: Candidate, disease: str) -> bool:
    """Whether a note says right beside it that it is not due to that disease: "CKD not due to diabetes", "non-diabetic CKD"."""
    for note in known.notes:
        denied = _denied_in(note).get(disease) if note.counts and not note.retracted else None
        for no in denied or ():
            of_it = [said for said in note.findings if said.concept == one.concept and said.assertion == "present"]
            if any(0 <= no.start - said.end <= _BESIDE or 0 <= said.start - no.end <= 1 for said in of_it):
                return True
    return False


def said(codes: Candidates, which: Iterable[Candidate], reason: str) -> Candidates:
    """These keep their place, and the coder reads why."""
    held = {one.code for one in which}
    if not held:
        return codes
    return Listed(one._replace(reasons=(*one.reasons, reason)) if one.code in held and reason not in one.reasons else one for one in codes)


def said_as_one(known: Known, codes: Candidates) -> Candidates:
    """I.B.9 and the index's "with" (I.A.15): one code of each group makes another; what it replaces is flagged."""
    now, done = listed(codes), -1
    while True:
        for nth, row in known.data.combined_for(now.categories):
            held = _parts(row, now) if nth > done else []
            if held and not any(one.code == row.into for one in held):
                now, done = listed(_as_one(row, held, now)), nth
                break  # what it made, a later row may ask for
        else:
            return now


def _parts(row: Combined, codes: Candidates) -> list[Candidate]:
    """The first on the claim of each group; none where a group has none: so it is of nearly every row."""
    held: list[Candidate] = []
    for group in row.of:
        part = proposed(codes, *group)
        if not part:
            return []
        held.append(part[0])
    return held


def _as_one(row: Combined, held: list[Candidate], codes: Candidates) -> Candidates:
    first, names = held[0], {name for part in held for name in (part.concept, part.family)}
    caused = held if row.effect is None else [held[row.effect]]
    elsewhere = next((cause for part in caused if (cause := other_cause(part, names))), None)
    if row.link == "documented" and not any((part.caused_by | part.together) & names for part in held):
        return codes
    if row.link == "presumed" and elsewhere:
        return said(codes, held, f"{row.cite}: not {dotted(row.into)}, the record names another cause ({elsewhere})")
    codes = combined(codes, held, row.into, first.concept, f"{row.reason} ({', '.join(dotted(one.code) for one in held)})")
    return flag(codes, proposed(codes, *row.replaces), f"{row.cite}: said by {dotted(row.into)}")


def bleeding(known: Known, codes: Candidates) -> Candidates:
    """I.A.15: bleeding "with" the ulcer, gastritis or diverticula that may bleed is theirs, unless a provider names another source."""
    data = known.data.bleeding
    sources = [one for one in proposed(codes) if one.code in data.sources]
    blood = proposed(codes, *data.codes)
    told = [one for one in sources if one.together & set(data.concepts)]
    if any(one.at_admission for one in blood):  # what has bled was there with its blood, and was only found later (appendix I)
        codes = tuple(one._replace(at_admission=True) if one.code in data.sources.values() else one for one in codes)
    named = [one for one in sources if any({one.concept, one.family} & blood_.caused_by for blood_ in blood)]
    if not sources or not (blood or told):
        return codes
    if elsewhere := next((cause for one in blood if not named and (cause := next(iter(sorted(one.caused_by)), None))), None):
        return said(codes, blood, f"{data.cite}: the record names another source ({elsewhere})")
    bled = named or told or sources
    if len(bled) > 1 and not told and not named:
        names = ", ".join(dotted(one.code) for one in bled)
        return said(codes, blood, f"{data.cite}: which bled is not said ({names})")
    for source in bled:
        into = data.sources[source.code]
        reason = f"{data.reason} ({', '.join(dotted(one.code) for one in (source, *blood))})"
        codes = combined(codes, (source, *blood), into, source.concept, reason)
        if any(one.at_admission for one in blood):  # the bleeding was there, and its source was only found later (appendix I)
            codes = tuple(one._replace(at_admission=True) if one.code == into else one for one in codes)
        codes = flag(codes, [source], f"{data.cite}: said by {dotted(into)}")
    return flag(codes, blood, f"{data.cite}: said by {dotted(data.sources[bled[0].code])}")

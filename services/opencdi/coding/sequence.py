"""The principal diagnosis: what, after study, occasioned the admission (UHDDS; Guidelines section II).  Never the heaviest code."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from opencdi.clinical.codes import dotted
from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.code_first import coded_before
from opencdi.coding.drug_codes import how_of
from opencdi.coding.guideline_rows import Behind
from opencdi.coding.table import ConceptTable

_THERE = ("Y", "W", "1")
_NEOPLASM = ("C", "D0", "D37", "D38", "D39", "D4")
_NEVER_FIRST: Final = ("adverse-effect", "underdosing")
"""Behind the condition that the drug, or the want of it, brought about (I.C.19.e.5.a, I.C.19.e.5.c)."""
_SECONDARY = ("C77", "C78", "C79")  # where a metastasis is treated, its primary is not what the patient came for (I.C.2.b)
_OF_CARE = (
    *(f"T{nth}" for nth in range(80, 89)),
    *("D78", "E89", "G97", "H59", "H95", "I97", "J95", "K91", "L76", "M96", "N99"),
)  # fmt: skip
Barred = Callable[[str], str | None]
"""Why this code may never stand first (the Medicare Code Editor's edit); None where it may."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The proposed principal diagnosis, all that tie with it, and why."""

    code: str
    ties: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Why the patient came: `listed` categories of the admitting diagnosis, `reason` codes of the stated reason, as the hospital told them;
    `operated` codes that an operation of this stay treats, `planned` those that the operation of the stated reason treats.

    They point, they never satisfy (DOMAIN F.6).
    """

    listed: frozenset[str] = frozenset()
    reason: frozenset[str] = frozenset()
    operated: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()


class _Place(NamedTuple):
    """What a code's place among the others rests on whatever was present on admission.

    `behind`: the rows by which it comes behind codes of the claim, and those codes; `before`: what the tabular wants before it (I.A.13);
    `first`: how far up the list of the guidelines it stands.
    """

    done: "_For"
    behind: tuple[tuple[Behind, frozenset[str]], ...]
    before: tuple[str, ...]
    first: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Sequencing:
    """A claim, looked through once: which of its codes stands first is then asked for each presence on admission (`principal`)."""

    table: ConceptTable
    claimed: tuple[Candidate, ...]
    places: Mapping[str, _Place]
    barred: Barred
    ranks: dict[tuple[str, Poa, bool], "_Rank"] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, table: ConceptTable, codes: Iterable[Candidate], why: Circumstances, barred: Barred) -> "Sequencing":
        """All that does not ask when a condition began."""
        claimed = [one for one in codes if one.status == "proposed"]
        why = replace(why, reason=why.reason.union(*_diseases_of(claimed, _Reason.of(table, why))))
        stated = _Reason.of(table, why)
        shown = (one for one in claimed if one.caused_by and not one.code.startswith(_SECONDARY) and stated.names(one.code))
        causes = frozenset[str]().union(*(one.caused_by for one in shown))
        claim = _Claim([one.code for one in claimed], {one.code for one in claimed if _answers(table, one, causes, why, stated)})
        places = {
            one.code: _Place(
                _done(one.code, claim.came_for, why),
                tuple(_behind(table, one.code, claim.held)),
                tuple(coded_before(one, claimed)),
                _sequenced_first(table, one.code, claim),
            )
            for one in claimed
        }
        return cls(table, tuple(claimed), places, barred)

    def principal(self, poa: Mapping[str, Poa]) -> Principal | None:
        """Rank the established diagnoses by the circumstances of the admission; None if nothing may stand first.

        In this order: what a guideline sequences first; an acute disease present on admission, or a neoplasm that was the reason; another
        neoplasm, or a chronic disease that was the reason; an acute disorder that usually accompanies another, or, where no symptom is left
        unexplained, a chronic disease that admissions are often for; an acute disease of unknown onset; a symptom that nothing related
        explains (II.A); another chronic disease.  What comes behind another never stands first beside it.
        Among equals: what the patient came for, or what explains it; what stands in an assessment.  Equals stay equals (II.B, II.C).
        """
        table, places = self.table, self.places
        came = [one for one in self.claimed if poa[one.code] != "N" or one.code.startswith(table.guidelines.begun_here)]
        there = {one.code for one in came}
        yielding = {code: row for code in there if (row := next((row for row, after in places[code].behind if after & there), None))}
        later = {code: before for code in there if (before := [other for other in places[code].before if other in there])}
        able = [one for one in came if one.code not in yielding and one.code not in later and not self.barred(one.code)]
        able = [one for one in able if how_of(one.code) not in _NEVER_FIRST]
        able = [one for one in able if one.nature != "exempt" or places[one.code].done.came]  # a status is not what one is admitted for
        if not able:
            return None
        open_symptom = any(one.kind != "diagnosis" and one.assessed and poa[one.code] in _THERE for one in able)
        ranked = {one.code: self._rank(one, poa[one.code], open_symptom) for one in able}
        best = max(rank.key for rank in ranked.values())
        tied = sorted((one for one in able if ranked[one.code].key == best), key=_stood_first)
        names = tuple(one.code for one in tied)
        words = [row.reason for _, row in sorted(yielding.items()) if any(name.startswith(row.after) for name in names)]
        words += [f"I.A.13: coded before {dotted(code)}" for code, before in sorted(later.items()) if not set(names).isdisjoint(before)]
        words += [word for name in names for word in ranked[name].words]
        return Principal(names[0], names, _reason(names, "; ".join(dict.fromkeys(words))))

    def _rank(self, one: Candidate, poa: Poa, open_symptom: bool) -> "_Rank":
        if (key := (one.code, poa, open_symptom)) not in self.ranks:
            self.ranks[key] = _rank(self.table, one, poa, self.places[one.code], open_symptom)
        return self.ranks[key]


def _behind(table: ConceptTable, code: str, claimed: list[str]) -> Iterator[tuple[Behind, frozenset[str]]]:
    """The rows by which this code comes behind others of the claim, and those."""
    for _, row in table.guidelines.behind_of(code):
        if after := frozenset(other for other in claimed if other != code and other.startswith(row.after)):
            yield row, after


class _Rank(NamedTuple):
    key: tuple[int, int, bool, bool]
    words: tuple[str, ...]


class _Claim(NamedTuple):
    """The codes on the claim, and those of them that the patient came for."""

    held: list[str]
    came_for: set[str]


class _For(NamedTuple):
    """Whether the patient came for this disease, and whether an operation of this stay treats it."""

    came: bool
    operated: bool


def _done(code: str, came_for: set[str], why: Circumstances) -> _For:
    """An operation that did not take place is still what the patient came for (II.F)."""
    return _For(code in came_for or code in why.planned, code in why.operated or code in why.planned)


def _rank(table: ConceptTable, one: Candidate, poa: Poa, place: _Place, open_symptom: bool) -> _Rank:
    done, here = place.done, one.code.startswith(table.guidelines.begun_here)
    first, cite = place.first if poa in _THERE or here else (0, "")
    level, kind = _level(table, one, poa, done, open_symptom)
    treated = f"{table.treated.cite}: {table.treated.words}" if done.operated else ""
    words = (cite, kind, "what the patient came for, or its cause" if done.came else "", treated, "assessed" if one.assessed else "")
    return _Rank((first, level, done.came, one.assessed), tuple(word for word in words if word))


def _sequenced_first(table: ConceptTable, code: str, claim: _Claim) -> tuple[int, str]:
    """How far up the list of the guidelines, the higher the earlier its row stands; 0 for most diseases."""
    for nth, row in table.guidelines.first_of(code):
        if (
            (not row.how or how_of(code) in row.how)
            and (not row.beside or any(other.startswith(row.beside) for other in claim.held))
            and not (row.unless and code not in claim.came_for and any(other.startswith(row.unless) for other in claim.came_for))
        ):
            return len(table.guidelines.first) - nth, row.reason
    return 0, ""


def _level(table: ConceptTable, one: Candidate, poa: Poa, done: _For, open_symptom: bool) -> tuple[int, str]:
    known, came_for = poa in _THERE, done.came or done.operated
    if done.came and done.operated and known:
        what = "a neoplasm (I.C.2)" if one.code.startswith(_NEOPLASM) else "a disease"
        return 7, f"{what} that was the reason for the admission, for its operation"
    if one.kind != "diagnosis":
        return 3, "a symptom, its cause not established (II.A)"
    if one.code.startswith(_NEOPLASM):
        return (7 if done.came else 6, "a neoplasm present on admission (I.C.2)") if known else (4, "a neoplasm, its onset not said")
    if one.nature != "" or one.code.startswith(table.guidelines.long_there):
        often = not open_symptom and one.code.startswith(table.guidelines.chronic_first)
        return (6, "a chronic disease that was the reason for the admission") if came_for else (5 if often else 1, "chronic")
    seldom = next((row for _, row in table.guidelines.seldom_of(one.code)), None)
    if seldom and not came_for:
        return 5 if known and seldom.before_symptoms else 2, seldom.words
    if known:
        return 7, "a complication of care, present on admission (II.G)" if one.code.startswith(_OF_CARE) else "acute, present on admission"
    return 4, "acute, its onset not said"


class _Reason(NamedTuple):
    """The reason for the admission, as far as it names a code: its category, or a symptom that is part of the disease."""

    categories: frozenset[str]
    symptoms_of: tuple[str, ...]

    @classmethod
    def of(cls, table: ConceptTable, why: Circumstances) -> "_Reason":
        """Looked through once for all codes of the claim."""
        categories = why.listed | {reason[:3] for reason in why.reason}
        return cls(categories, tuple(prefix for reason in why.reason for prefix in table.integral_to(reason)))

    def names(self, code: str) -> bool:
        """Whether it is stated, or what it shows as is."""
        return code[:3] in self.categories or code.startswith(self.symptoms_of)


def _answers(table: ConceptTable, one: Candidate, causes: frozenset[str], why: Circumstances, stated: _Reason) -> bool:
    """Whether the patient came for this, for a symptom of it, or for what a provider says it caused (`causes`: of what was stated)."""
    if one.concept in causes:
        return True
    if stated.names(one.code) or (why.reason and not why.reason.isdisjoint(table.says.get(one.concept, ()))):
        return True
    return any(part[:3] in {reason[:3] for reason in why.reason} for part in one.parts)  # "foot ulcer": the diabetic's


def _diseases_of(claimed: list[Candidate], stated: _Reason) -> Iterator[list[str]]:
    """Of the manifestations that the patient came for, the diseases that their notes name with them: a foot ulcer, the diabetic's."""
    for one in claimed:
        if stated.names(one.code):
            yield coded_before(one, [other for other in claimed if other.concept == one.concept])


def _stood_first(one: Candidate) -> tuple[object, ...]:
    place = one.assessed_order or one.order
    return (place is None, place or (), one.code)


def _reason(names: tuple[str, ...], why: str) -> str:
    if len(names) > 1:
        told = ", ".join(map(dotted, names))
        return f"II.C: {told} meet the definition equally ({why}); the one assessed first is shown, the circumstances decide"
    return f"II: {why}"

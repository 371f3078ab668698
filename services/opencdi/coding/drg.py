"""Today's claim, grouped: the working DRG, or why there is none, and what each code does to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType

from opencdi.clinical.confidentiality import highest
from opencdi.clinical.vocabulary import Poa
from opencdi.coding.impossible import impossible, never_grouped
from opencdi.coding.state import Stay
from opencdi.events.pages import Claim, ClaimEdit, Effect, PaidByDay, WorkingDrg
from opencdi.knowledge.code_editor import edits
from opencdi.knowledge.code_year import GrouperRelease
from opencdi.knowledge.effect import DrgEffect, effects_of_adding, effects_of_removing, weight_delta
from opencdi.knowledge.grouper import CodedDiagnosis, GroupedSecondary, GrouperClaim, Grouping, begun_here_counts, excluded_by_logic, group
from opencdi.knowledge.return_codes import why_no_paid_drg
from opencdi.knowledge.transfer import transferred
from opencdi.knowledge.weights import weight_of

MOST_PROCEDURES = 25
"""As many as a claim form has room for; of more the effect is not shown."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """The answer for one encounter: a DRG with its claim and effects, or the reason why there is none."""

    claim: Claim | None = None
    drg: WorkingDrg | None = None
    no_drg: str | None = None
    effects: tuple[Effect, ...] = ()
    principal_effects: tuple[Effect, ...] = ()
    procedure_effects: tuple[Effect, ...] = ()
    secondary: tuple[GroupedSecondary, ...] = ()
    edits: tuple[ClaimEdit, ...] = ()


def why_no_drg(stay: Stay) -> str | None:
    """What stands against a DRG before any code is looked at; only inpatients have one (DOMAIN F.4)."""
    if stay.closed:
        return f"encounter {stay.closed}"
    if stay.encounter_class != "inpatient":
        return f"class {stay.encounter_class or 'unknown'}"
    if stay.discharged_at is not None and stay.disposition is None:
        return "disposition unmapped"
    return None


def grouped(
    stay: Stay,
    today: date,
    release: GrouperRelease,
    principal: tuple[str, Poa],
    secondary: tuple[tuple[str, Poa], ...],
    waiting: tuple[str, ...],
    procedures: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
    principal_if_not: str | None = None,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Grouped:
    """Group today's claim.  `waiting`: codes that are not in the claim yet, whose effect is shown as if they were.

    An undetermined POA is grouped as Y and marked, with the DRG under N beside it (`principal_if_not`: what then stands first); an unknown
    disposition of a patient still here is grouped as 01 and marked (DOMAIN F.12).  `others`: codes that tie with the principal one.
    `labels`: the procedures that restricted notes alone tell, and how these are labelled (DOMAIN F.17).
    """
    since = stay.admitted_at.at if stay.admitted_at else stay.inpatient_at
    admitted = since.date() if since else today
    age = stay.age_on(admitted)
    status = stay.disposition if stay.discharged_at and stay.disposition else "01"
    if age is None:
        return Grouped(no_drg="age unknown")
    if reason := impossible(stay, admitted) or never_grouped(release.version, age, status):
        return Grouped(no_drg=reason)
    assumed = [] if stay.discharged_at else ["disposition 01"]
    undetermined = [code for code, poa in (principal, *secondary) if poa == "undetermined"]
    if undetermined:
        assumed.append("poa undetermined as Y")
    sent = tuple(CodedDiagnosis(code, _as_grouped(poa)) for code, poa in secondary)
    claim = GrouperClaim(
        release.version, age, stay.sex, int(status), CodedDiagnosis(principal[0], _as_grouped(principal[1])), sent, procedures
    )  # fmt: skip
    answer = group(claim)
    told = Claim(
        age=age,
        sex=stay.sex,
        discharge_status=status,
        admit_date=admitted.isoformat(),
        discharge_date=stay.discharged_at.at.date().isoformat() if stay.discharged_at else None,
        version=release.name,
        principal=(claim.principal.code, claim.principal.poa or ""),
        secondary=tuple((d.code, d.poa or "") for d in sent),
        procedures=procedures,
    )
    if why := why_no_paid_drg(answer.drg, answer.return_code):
        return Grouped(told, no_drg=f"grouper: {answer.drg}, {why}", secondary=answer.secondary, edits=_editor(claim, release, today))
    if_not = _if_not_present(claim, answer, principal_if_not, undetermined) if undetermined else None
    weight = weight_of(answer.drg, release.fiscal_year)
    drg = WorkingDrg(
        drg=answer.drg,
        mdc=answer.mdc,
        title=answer.title,
        grouper=release.name,
        severity=answer.severity,
        initial_drg=answer.initial_drg,
        return_code=answer.return_code,
        weight=weight.weight if weight else None,
        gmlos=weight.gmlos if weight else None,
        weight_source=weight.source if weight else None,
        assumed=tuple(assumed),
        if_not_poa=if_not,
        confidentiality=_label(claim, answer, labels),
        transfer=_transfer(told, answer.drg, release.fiscal_year),
    )
    by_logic = excluded_by_logic(claim, answer)
    marked = tuple(one._replace(excluded=True) if one.code in by_logic else one for one in answer.secondary)
    firsts = tuple(_effect_of_first(claim, code, answer, release.fiscal_year) for code in others)
    done = tuple(_effect_of_procedure(claim, code, answer, release.fiscal_year) for code in procedures[:MOST_PROCEDURES])
    return Grouped(told, drg, None, _effects(claim, answer, waiting), firsts, done, marked, _editor(claim, release, today))


def _if_not_present(claim: GrouperClaim, answer: Grouping, first: str | None, undetermined: list[str]) -> str | None:
    """The DRG with every undetermined POA as N; None where then nothing may stand first."""
    if first is None:
        return None
    if first != claim.principal.code or begun_here_counts(claim, answer, undetermined):
        answer = group(claim.with_principal(first).poa_as("N", *undetermined))
    return answer.drg if answer.return_code == "OK" else None


def _label(claim: GrouperClaim, answer: Grouping, labels: Mapping[str, str]) -> str | None:
    """The label of a DRG that is another without the procedures that restricted notes alone tell: its title would tell them."""
    if not labels:
        return None
    without = group(claim._replace(procedures=tuple(code for code in claim.procedures if code not in labels)))
    return highest(labels.values()) if without.drg != answer.drg else None


def _transfer(told: Claim, drg: str, fiscal_year: int) -> PaidByDay | None:
    """What the transfer policy makes of a stay that is over; None where it does not apply or no weight is loaded."""
    row = weight_of(drg, fiscal_year)
    if row is None or told.discharge_date is None:
        return None
    days = (date.fromisoformat(told.discharge_date) - date.fromisoformat(told.admit_date)).days
    by_day = transferred(row, told.discharge_status, days, fiscal_year)
    return PaidByDay(days=days, **asdict(by_day)) if by_day else None


def _editor(claim: GrouperClaim, release: GrouperRelease, today: date) -> tuple[ClaimEdit, ...]:
    """Of a recording with shifted dates the editor would object to the date alone, so it is asked of a day of that year."""
    day = today if release.first_day <= today <= release.last_day else release.first_day
    return tuple(ClaimEdit(edit=one.edit, code=one.code) for one in edits(claim, day))


def _effect_of_first(claim: GrouperClaim, code: str, answer: Grouping, fiscal_year: int) -> Effect:
    drg = group(claim.with_principal(code)).drg
    return Effect(code=code, drg_with=drg, drg_without=answer.drg, weight_delta=weight_delta(drg, answer.drg, fiscal_year))


def _effect_of_procedure(claim: GrouperClaim, code: str, answer: Grouping, fiscal_year: int) -> Effect:
    """The claim regrouped without this procedure."""
    drg = group(claim._replace(procedures=tuple(one for one in claim.procedures if one != code))).drg
    return Effect(code=code, drg_with=answer.drg, drg_without=drg, weight_delta=weight_delta(answer.drg, drg, fiscal_year))


def _as_grouped(poa: Poa) -> str:
    return "Y" if poa == "undetermined" else poa


def _effects(claim: GrouperClaim, answer: Grouping, waiting: tuple[str, ...]) -> tuple[Effect, ...]:
    # Of a code that is no CC and moved nothing, the grouper itself says that it looked at nothing in it.
    codes = [one.code for one in answer.secondary if one.severity in ("MCC", "CC") or one.moved]
    told = list(map(_told, codes, effects_of_removing(claim, codes, answer)))
    told += map(_told, waiting, effects_of_adding(claim, waiting, answer))
    return tuple(told)


def _told(code: str, effect: DrgEffect) -> Effect:
    return Effect(
        code=code,
        drg_with=effect.drg_with,
        drg_without=effect.drg_without,
        weight_delta=effect.weight_delta,
        why_none=effect.why_none,
    )

"""`opencdi group`: a claim in, the MS-DRG out; the official grouper's answer, edits, weight (DESIGN §6)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter, word

if TYPE_CHECKING:
    from opencdi.clinical.vocabulary import Sex
    from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, Grouping, HospitalStatus

_HOSPITAL: tuple["HospitalStatus", ...] = ("NOT_EXEMPT", "EXEMPT", "UNKNOWN")
_POA = ("Y", "N", "U", "W", "1", " ", "")


@dataclass(frozen=True, slots=True)
class _Told:
    """One line, checked.  `performed`: what is coded of a procedure, and its day."""

    claim: "GrouperClaim"
    day: date
    admit_dx: str | None
    admitted: date | None
    discharged: date | None
    born: date | None
    days: int | None
    performed: tuple[tuple[str, date | None], ...]


def _date(told: dict[str, Any], name: str, of: str = "") -> date | None:
    value, name = told.get(name), f"{of}.{name}" if of else name
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise BadLine(f"{name} is not a date (YYYY-MM-DD)") from None


def _code(value: Any, where: str) -> str:
    from opencdi.clinical.codes import undotted

    code = undotted(value) if isinstance(value, str) else ""
    if not code:
        raise BadLine(f"{where} has no code")
    if not (code.isascii() and code.isalnum()):
        raise BadLine(f"{where}: a code is letters, digits and a dot")
    return code


def _coded(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"code": value}


def _diagnosis(value: Any, where: str) -> "CodedDiagnosis":
    from opencdi.knowledge.grouper import CodedDiagnosis

    told = _coded(value)
    code, poa = _code(told.get("code"), where), told.get("poa")
    if poa is not None and poa not in _POA:
        raise BadLine(f"{where}: poa must be one of Y N U W 1")
    return CodedDiagnosis(code, poa or None)


def _procedure(value: Any, where: str) -> tuple[str, date | None]:
    told = _coded(value)
    return _code(told.get("code"), where), _date(told, "date", where)


def _whole_number(told: dict[str, Any], name: str, low: int, high: int) -> int:
    value = told.get(name)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadLine(f"{name} must be a whole number from {low} to {high}")
    return value


def _list(told: dict[str, Any], name: str) -> list[Any]:
    value = told.get(name) or []
    if not isinstance(value, list):
        raise BadLine(f"{name} must be a list")
    return value


def _told(told: dict[str, Any], today: date) -> _Told:
    from opencdi.knowledge.code_year import RELEASES, days_covered, release_on, version_number
    from opencdi.knowledge.grouper import GrouperClaim

    discharged, admitted = _date(told, "discharge_date"), _date(told, "admit_date")
    if discharged and admitted and discharged < admitted:
        raise BadLine("discharge_date is before admit_date")
    born = _date(told, "birth_date")
    if born and (first := admitted or discharged) and first < born:
        raise BadLine("birth_date is after the stay")
    day = discharged or today
    if told.get("version") is not None:
        version = version_number(str(told["version"]))
        if version is None:
            raise BadLine("version: no such grouper")
        if not discharged:  # the edits are then those of that version's own time
            day = next(release.first_day for release in RELEASES if release.version == version)
    else:
        release = release_on(day)
        if release is None:
            raise BadLine(f"no grouper covers the discharge date (covered: {days_covered()})")
        version = release.version
    sex: Sex = word(told, "sex", ("M", "F", "U"), "U")
    hospital = word(told, "hospital_status", _HOSPITAL, "NOT_EXEMPT")
    if told.get("principal") is None:
        raise BadLine("principal is missing")
    days = _whole_number(told, "los", 0, 9999) if told.get("los") is not None else None
    if days is None and admitted and discharged:
        days = (discharged - admitted).days
    performed = tuple(_procedure(one, f"procedures[{i}]") for i, one in enumerate(_list(told, "procedures")))
    claim = GrouperClaim(
        version,
        _whole_number(told, "age", 0, 150),
        sex,
        _whole_number(told, "discharge_status", 0, 99),
        _diagnosis(told["principal"], "principal"),
        tuple(_diagnosis(one, f"secondary[{i}]") for i, one in enumerate(_list(told, "secondary"))),
        tuple(code for code, _ in performed),
        hospital,
    )
    admit_dx = _code(told["admit_dx"], "admit_dx") if told.get("admit_dx") else None
    return _Told(claim, day, admit_dx, admitted, discharged, born, days, performed)


_PAYMENT_WINDOW = timedelta(days=3)
"""What was done to the patient in the three days before an admission is billed with it (42 CFR 412.2(c)(5))."""


def _edits(asked: _Told) -> Iterator[dict[str, str | None]]:
    """The code editor's findings, and ours on what it is not given: the admitting diagnosis and the days of procedures."""
    from opencdi.knowledge.code_editor import edits
    from opencdi.knowledge.grouper import is_valid
    from opencdi.knowledge.not_billable import other_classification

    for edit in edits(asked.claim, asked.day):
        other = edit.edit == "INVALID_CODE" and edit.code is not None and other_classification(edit.code)
        yield {"edit": "CODE_SYSTEM" if other else edit.edit, "code": edit.code}
    if asked.admit_dx and not is_valid(asked.admit_dx, asked.claim.version):
        yield {"edit": "INVALID_ADMIT_DX", "code": asked.admit_dx}
    for code, day in asked.performed:
        if day and asked.born and day < asked.born:
            yield {"edit": "PROCEDURE_BEFORE_BIRTH", "code": code}
        elif day and asked.admitted and day < asked.admitted - _PAYMENT_WINDOW:
            yield {"edit": "PROCEDURE_BEFORE_ADMISSION", "code": code}
        elif day and asked.discharged and day > asked.discharged:
            yield {"edit": "PROCEDURE_AFTER_DISCHARGE", "code": code}


def _notes(asked: _Told, answer: "Grouping") -> Iterator[dict[str, Any]]:
    """In words: why there is no DRG that is paid, what is wrong with a code and which valid ones stand below it."""
    from opencdi.clinical.codes import dotted
    from opencdi.knowledge.code_editor import sex_conflicts
    from opencdi.knowledge.not_billable import not_billable
    from opencdi.knowledge.return_codes import why_no_paid_drg

    claim = asked.claim
    if why := why_no_paid_drg(answer.drg, answer.return_code):
        yield {"code": None, "says": f"{answer.drg}: {why}"}
    for told, one in zip(claim.secondary, answer.secondary, strict=True):
        if one.hacs and told.poa is None and claim.hospital_status != "EXEMPT":
            yield {"code": one.code, "says": f"{dotted(one.code)} may be a hospital-acquired condition: its POA is missing"}
    coded = [claim.principal.code, *(one.code for one in claim.secondary), *([asked.admit_dx] if asked.admit_dx else [])]
    for code in dict.fromkeys(coded):
        if found := not_billable(code, claim.version):
            below = {"children": list(found.children), "children_in_all": found.children_in_all} if found.children else {}
            yield {"code": code, "says": found.says} | below
    for code in dict.fromkeys(sex_conflicts(claim)):
        yield {
            "code": code,
            "says": f"{dotted(code)} does not go with sex {claim.sex} (CMS's table until September 2024; it edits this no more)",
        }


def grouped_line(line: str, today: date) -> dict[str, Any]:
    """The answer to one line; raises `BadLine`."""
    from opencdi.knowledge.code_year import RELEASES
    from opencdi.knowledge.grouper import excluded_by_logic, group
    from opencdi.knowledge.transfer import transferred
    from opencdi.knowledge.weights import weight_of

    told = object_in(line)
    asked = _told(told, today)
    claim = asked.claim
    answer = group(claim)
    by_logic = excluded_by_logic(claim, answer)
    release = next(release for release in RELEASES if release.version == claim.version)
    weight = weight_of(answer.drg, release.fiscal_year)
    left = None
    if weight and asked.days is not None:
        left = transferred(weight, f"{claim.discharge_status:02d}", asked.days, release.fiscal_year)
    notes = list(_notes(asked, answer))
    return {
        "id": told.get("id"),
        "drg": answer.drg,
        "mdc": answer.mdc,
        "initial_drg": answer.initial_drg,
        "severity": answer.severity,
        "return_code": answer.return_code,
        "secondary": [
            {"code": one.code, "severity": one.severity, "excluded": one.excluded or one.code in by_logic} for one in answer.secondary
        ],
        "edits": list(_edits(asked)),
        "weight": weight.weight if weight else None,
        "gmlos": weight.gmlos if weight else None,
        "weight_source": weight.source if weight else None,
        "version": release.name,
        "title": answer.title,
        **({"transfer": asdict(left)} if left else {}),
        **({"notes": notes} if notes else {}),
    }


def group_claims(
    files: Annotated[list[Path] | None, typer.Argument(help="JSON Lines files; standard input if none")] = None,
) -> None:
    """Group claims to MS-DRGs, with edits, CC/MCC exclusion, HAC effect and weight.

    Example: echo '{"id":1,"version":"43.1","age":70,"sex":"M","discharge_status":"01","principal":{"code":"A41.9","poa":"Y"},
    "secondary":[{"code":"J96.01","poa":"Y"}],"procedures":[]}' | opencdi group
    """
    from opencdi.cli.weights import load_weights
    from opencdi.gateway.clock import WallClock
    from opencdi.settings import Settings

    load_weights(Settings().codes_folder)
    today = WallClock().now().date()
    run_filter(lines_of(files), lambda line: grouped_line(line, today))

"""`opencdi group`: a claim in, the MS-DRG out; the official grouper's answer, edits, weight (DESIGN §6)."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencdi.cli.jsonl import BadLine, lines_of, object_in, run_filter, word

if TYPE_CHECKING:
    from opencdi.clinical.vocabulary import Sex
    from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, HospitalStatus

_HOSPITAL: tuple["HospitalStatus", ...] = ("NOT_EXEMPT", "EXEMPT", "UNKNOWN")
_POA = ("Y", "N", "U", "W", "1", " ", "")


@dataclass(frozen=True, slots=True)
class _Told:
    """One line, checked."""

    claim: "GrouperClaim"
    day: date
    admit_dx: str | None


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


def _procedure(value: Any, where: str) -> str:
    told = _coded(value)
    _date(told, "date", where)
    return _code(told.get("code"), where)


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
    if told.get("los") is not None:
        _whole_number(told, "los", 0, 9999)
    claim = GrouperClaim(
        version,
        _whole_number(told, "age", 0, 150),
        sex,
        _whole_number(told, "discharge_status", 0, 99),
        _diagnosis(told["principal"], "principal"),
        tuple(_diagnosis(one, f"secondary[{i}]") for i, one in enumerate(_list(told, "secondary"))),
        tuple(_procedure(one, f"procedures[{i}]") for i, one in enumerate(_list(told, "procedures"))),
        hospital,
    )
    return _Told(claim, day, _code(told["admit_dx"], "admit_dx") if told.get("admit_dx") else None)


def grouped_line(line: str, today: date) -> dict[str, Any]:
    """The answer to one line; raises `BadLine`."""
    from opencdi.knowledge.code_year import RELEASES
    from opencdi.knowledge.grouper import edits, excluded_by_logic, group, is_valid
    from opencdi.knowledge.weights import weight_of

    told = object_in(line)
    asked = _told(told, today)
    claim = asked.claim
    answer = group(claim)
    by_logic = excluded_by_logic(claim, answer)
    release = next(release for release in RELEASES if release.version == claim.version)
    weight = weight_of(answer.drg, release.fiscal_year)
    found = [{"edit": edit.edit, "code": edit.code} for edit in edits(claim, asked.day)]
    if asked.admit_dx and not is_valid(asked.admit_dx, claim.version):
        found.append({"edit": "INVALID_ADMIT_DX", "code": asked.admit_dx})
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
        "edits": found,
        "weight": weight.weight if weight else None,
        "gmlos": weight.gmlos if weight else None,
        "weight_source": weight.source if weight else None,
        "version": release.name,
        "title": answer.title,
    }


def group_claims(
    files: Annotated[list[Path] | None, typer.Argument(help="JSON Lines files; standard input if none")] = None,
) -> None:
    """Group claims to MS-DRGs, with edits, CC/MCC exclusion, HAC effect and weight.

    Example: echo '{"id":1,"version":"43.1","age":70,"sex":"M","discharge_status":"01","principal":{"code":"A41.9","poa":"Y"},
    "secondary":[{"code":"J96.01","poa":"Y"}],"procedures":[]}' | opencdi group
    """
    from opencdi.gateway.clock import WallClock

    today = WallClock().now().date()
    run_filter(lines_of(files), lambda line: grouped_line(line, today))

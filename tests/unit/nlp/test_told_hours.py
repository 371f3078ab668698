"""For how long, as the note says: hours that are a length, and hours that are none."""

import pytest

from opencdi.nlp.told_hours import hours_in


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("high flow nasal cannula about 40 hours", "40"),
        ("Extubated (vent ~42 h)", "42"),
        ("BiPAP 28h, ICU", "28"),
        ("on BiPAP for 30 hrs", "30"),
        ("ventilated 51.5 consecutive hours", "51.5"),
        ("28 h continuous", "28"),
        ("ABG q 4 h", None),
        ("reassess in 24 hours", None),
        ("at 48h post cath", None),
        ("extubated 6 hours ago", None),
        ("BiPAP 8 h nightly", None),
        ("8 hours/night", None),
        ("more than 96 hours", None),
        ("spontaneous breathing 2 h trial", None),
        ("10 h, later 20 h", None),
        ("no time told", None),
    ],
)
def test_hours_are_a_length_or_none(text: str, hours: str | None) -> None:
    assert hours_in(text, 0, len(text)) == hours

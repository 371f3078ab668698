from datetime import date

import pytest

from opencdi.clinical.time import completed_years


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("1954-11-02", date(2026, 11, 1), 71),
        ("1954-11-02", date(2026, 11, 2), 72),
        ("2004-02-29", date(2026, 2, 28), 21),
        ("1954", date(2026, 1, 1), 72),  # as if born on its first day
        ("1954-06", date(2026, 5, 31), 71),
        ("2026-05-04", date(2026, 5, 3), 0),  # the clock of the nursery is behind the registrar's
        (None, date(2026, 5, 3), None),
    ],
)
def test_age_is_in_completed_years(born: str | None, on: date, years: int | None) -> None:
    assert completed_years(born, on) == years

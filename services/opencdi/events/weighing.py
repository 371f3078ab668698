"""The specialist's list: one published sum, each term a number with its name (DOMAIN B74; `rules/README.md` has the table).

Pure, of data alone: whoever has these and the effect computes the same order.  It decides nothing that a physician sees (F.14); money
is in one term, as an absolute value, and a question without effect ranks lower and is never hidden.
"""

from datetime import datetime, timedelta

from opencdi.events.contract import Contract

FOR_EACH_DEGREE = 10.0
FOR_EACH_WEIGHT, MOST_FOR_EFFECT, EFFECT_UNKNOWN = 20.0, 40.0, 10.0
MOST_FOR_TIME, TIME_UNKNOWN, NO_HURRY = 20.0, 10.0, timedelta(days=5)
FOR_EACH_KIND, MOST_FOR_EVIDENCE = 2.5, 10.0
FOR_EACH_DAY, MOST_FOR_AGE = 2.0, 10.0
MOST_FOR_YIELD, YIELD_UNKNOWN = 10.0, 5.0


class Weighing(Contract):
    """What the sum is made of, but for the effect, which the alert has beside it.

    `severity`: clinical, 1 to 3.  `evidence`: kinds of indicators that are final, not preliminary or unsigned.  `leaves_at`: when asking
    ends as far as is known, by the expected discharge, and after discharge by the bill.  `yield_so_far`: the share of this rule's questions
    at this site that ended in documentation; it comes in as data.
    """

    severity: int
    evidence: int
    opened_at: datetime
    leaves_at: datetime | None = None
    yield_so_far: float | None = None


def terms_of(told: Weighing, change: float | None, now: datetime) -> dict[str, float]:
    """The terms as of now.  `change`: of the weight, by the answer that moves it most; None where it is not known, which is not none."""
    effect = ("effect not known", EFFECT_UNKNOWN) if change is None else ("effect", min(MOST_FOR_EFFECT, FOR_EACH_WEIGHT * abs(change)))
    if told.leaves_at is None:
        time_left = ("time left not known", TIME_UNKNOWN)
    else:
        left = max(told.leaves_at - now, timedelta(0))
        time_left = ("time left", MOST_FOR_TIME * max(0.0, 1 - left / NO_HURRY))
    found = told.yield_so_far
    worth = ("yield not known", YIELD_UNKNOWN) if found is None else ("yield", MOST_FOR_YIELD * found)
    days = max(now - told.opened_at, timedelta(0)).days
    terms = (
        ("severity", FOR_EACH_DEGREE * told.severity),
        effect,
        time_left,
        ("evidence", min(MOST_FOR_EVIDENCE, FOR_EACH_KIND * told.evidence)),
        ("age", min(MOST_FOR_AGE, FOR_EACH_DAY * days)),
        worth,
    )
    return {name: round(value, 1) for name, value in terms}


def sum_of(terms: dict[str, float]) -> float:
    """The sum of the terms as they are shown."""
    return round(sum(terms.values()), 1)

"""The specialist's list: a published sum, each term shown (DOMAIN B74).  Internal: it decides nothing that a physician sees (F.14).

10 for each degree of clinical severity (1 to 3) · up to 40 for the absolute change of weight, 20 each 1.0 · 2 for each day of the
stay up to 10 · 1 for each kind of indicator up to 5.  Without an effect a question ranks lower; it is never hidden.
"""

from opencdi.events.audiences import AlertEffect
from opencdi.events.priority import DAYS, of_days


def priority(severity: int, effect: tuple[AlertEffect, ...], days_in: int, kinds: int) -> tuple[float, tuple[str, ...]]:
    """The sum, and its terms in words."""
    change = max((abs(one.weight_delta) for one in effect if one.weight_delta is not None), default=0.0)
    terms = {
        "severity": 10.0 * severity,
        "effect, absolute": round(min(40.0, 20.0 * change), 1),
        DAYS: of_days(days_in),
        "kinds of indicators": float(min(5, kinds)),
    }
    return round(sum(terms.values()), 1), tuple(f"{name} {value:g}" for name, value in terms.items())

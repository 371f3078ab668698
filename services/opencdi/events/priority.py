"""An alert with its priority of this hour: time left and age go on by themselves, so a list shows them as of now."""

from datetime import datetime

from opencdi.events.audiences import QueryAlert
from opencdi.events.weighing import sum_of, terms_of


def weighed(alert: QueryAlert, now: datetime, leaves_at: datetime | None = None) -> QueryAlert:
    """The alert as it ranks now; as it was told where it does not say what it was weighed by.

    `leaves_at`: the expected discharge as the chart has it by now, where it has one.
    """
    if alert.weighing is None:
        return alert
    told = alert.weighing if leaves_at is None else alert.weighing.model_copy(update={"leaves_at": leaves_at})
    changes = [abs(one.weight_delta) for one in alert.effect if one.weight_delta is not None]
    terms = terms_of(told, max(changes, default=None), now)
    return alert.model_copy(update={"weighing": told, "priority": sum_of(terms), "priority_terms": terms})

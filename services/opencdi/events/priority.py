"""The term of the published priority (DOMAIN B74) that grows by itself: a list shows it for today, not for the day of the wording."""

from opencdi.events.audiences import QueryAlert

DAYS = "days in hospital"
"""The term's name in `QueryAlert.priority_terms`."""


def of_days(days: int) -> float:
    """2 for each day of the stay, up to 10."""
    return min(10.0, 2.0 * max(0, days))


def weighed_on(alert: QueryAlert, days: int) -> QueryAlert:
    """The alert with its priority on that day of the stay; as it is where its sum has no such term."""
    before = next((term for term in alert.priority_terms if term.startswith(f"{DAYS} ")), None)
    if before is None:
        return alert
    terms = tuple(f"{DAYS} {of_days(days):g}" if term == before else term for term in alert.priority_terms)
    return alert.model_copy(
        update={"priority": round(alert.priority - float(before.removeprefix(f"{DAYS} ")) + of_days(days), 1), "priority_terms": terms}
    )

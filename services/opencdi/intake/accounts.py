"""Numbers of accounts and visits that live on as others, and on which account a visit is (DOMAIN F.1, A41, A42, A45)."""

from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Lead, Moved, Visit


def account_id(desk: Desk, number: str) -> str:
    """The account of that number, or the one into which it was merged."""
    return led_on(desk, desk.id_of("account", number))


def visit_id_of(desk: Desk, facility: str, number: str) -> str:
    """The visit of that number, or the one into which it was merged."""
    return led_on(desk, desk.assigned("visit", facility, number))


def lead_on(desk: Desk, own: str, to: str) -> None:
    """From now on the one number leads to the other; both are ends of their chains, so no circle can come of it."""
    desk.states[f"alias/{own}"] = Lead(to=to)
    desk.visits_changed = True


def led_on(desk: Desk, own: str) -> str:
    """That number, or the one as which it lives on."""
    while (lead := desk.get(f"alias/{own}", Lead)) is not None:
        own = lead.to
    return own


def accounts_of(desk: Desk, visit_id: str) -> frozenset[str]:
    """The accounts on which this visit is: that to which it was moved, else all on which it was told."""
    moved, visit = desk.get(f"moved/{visit_id}", Moved), desk.get(f"visit/{visit_id}", Visit)
    told = (moved.account,) if moved is not None else visit.accounts if visit is not None else ()
    return frozenset(led_on(desk, own) for own in told)


def with_visits(desk: Desk, own: str) -> Lead | None:
    """The lead to the stay of that account; None where all its visits were moved away: then it leads where they went, but joins nobody."""
    lead = desk.get(f"account/{own}", Lead)
    encounter = desk.get(f"encounter/{desk.followed(lead.to)}", Encounter) if lead is not None else None
    visits = encounter.visits if encounter is not None else ()
    return lead if any(own in accounts_of(desk, visit_id) for visit_id in visits) else None

"""What a room remembers of a tenant's site data: tables and policies that came down the line, and hold until others come."""

from collections.abc import Callable

from opencdi.bus.room import State, States
from opencdi.events.entry import Entry
from opencdi.events.pages import SitePage
from opencdi.events.problems import Unusable
from opencdi.knowledge.site import SiteData


class SiteKnown(State):
    """`site/<tenant>`: the site data that came last."""

    site: SiteData


def site_of(states: States, tenant: str, default: SiteData) -> SiteData:
    """The tenant's site data; `default` until some have come."""
    held = states.get(f"site/{tenant}")
    return held.site if isinstance(held, SiteKnown) else default


def remember_site(states: States, entry: Entry, default: SiteData, wrong: Callable[[SiteData], str] = lambda _: "") -> bool:
    """Take in what a "site-data" entry brings; `Unusable` where it brings none, or none that this release can read.

    `wrong`: what this room has against them, by its own books ("": nothing); then they are refused and the former stay in force.

    Whether the policy is another one: where only the senders' codes are read otherwise, intake says again what that changes.
    """
    page, tenant = entry.page(SitePage), entry.envelope.tenant
    if page is None:
        raise Unusable("NO_SITE_DATA", "site")
    before = site_of(states, tenant, default)
    try:
        site = SiteData.model_validate(page.site)
    except ValueError:
        raise Unusable("SITE_DATA_INVALID", "site") from None
    if why := wrong(site):
        raise Unusable("SITE_DATA_REFUSED", why)
    states[f"site/{tenant}"] = SiteKnown(site=site)
    return site.policy() != before.policy()

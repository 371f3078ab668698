"""The finalize room: at discharge a provisional code set, afterwards every change of it, and the coder's word (DOMAIN B80, F.15).

The line ends here: `final` carries sets for coders and billing and nothing else, so ticks and entries are not passed on.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from opencdi.bus.room import Outgoing, Record, RecordCodec, Room, State, States
from opencdi.bus.stepping import dead_letter
from opencdi.events.entry import Entry, entry_of, read_entry
from opencdi.events.pages import FailedPage, SitePage, TickPage
from opencdi.events.problems import Unusable
from opencdi.events.topics import FINAL, QUERIES
from opencdi.finalize.closing import closed_by, fired
from opencdi.finalize.record import Questions, Site, Working, recalled
from opencdi.finalize.retention import Days, Over
from opencdi.finalize.stay import Stay
from opencdi.finalize.timers import Timers
from opencdi.finalize.told import Told
from opencdi.knowledge.site import SiteData

_STATES: dict[str, type[State]] = {
    "stay": Stay,
    "working": Working,
    "questions": Questions,
    "told": Told,
    "timers": Timers,
    "site": Site,
    "over": Over,
    "days": Days,
}


def finalize_room(site: SiteData) -> Room:
    """The room; `site` holds until the tenant's own site data come down the line."""
    return Room(
        name="finalize", reads=QUERIES, writes=(FINAL,), step=partial(_step, site), codec=RecordCodec(_STATES),
        on_unusable=partial(_kept_aside, site),
    )  # fmt: skip


def _kept_aside(default: SiteData, room: Room, states: States, record: Record, reason: str, where: str) -> Iterable[Outgoing]:
    """A copy among the dead letters; the coder waits for it, as for an entry at which a room upstream failed."""
    yield dead_letter(room.name, record, reason, where)
    try:
        envelope = read_entry(record.value).envelope
    except Unusable:
        return  # not an entry at all: it is about nobody
    if envelope.kind == "entry" and envelope.encounter_id is not None:
        unread = entry_of(envelope, (FailedPage(room=room.name, reason=reason, where=where),))
        yield from closed_by(states, unread, _site(default, states, envelope.tenant))


def _site(default: SiteData, states: States, tenant: str) -> SiteData:
    return recalled(states, f"site/{tenant}", Site(site=default)).site


def _step(default: SiteData, states: States, record: Record) -> Iterator[Outgoing]:
    entry = read_entry(record.value)
    site = _site(default, states, entry.envelope.tenant)
    match entry.envelope.kind:
        case "entry":
            yield from closed_by(states, entry, site)
        case "tick":
            tick = entry.page(TickPage)
            if tick is None:
                raise Unusable("NO_PAGE", "tick")
            yield from fired(states, entry.envelope.tenant, tick.at, site)
        case "site-data":
            states[f"site/{entry.envelope.tenant}"] = Site(site=_site_in(entry))
        case _:
            pass  # a kind of a newer release: nobody is behind us to pass it on to


def _site_in(entry: Entry) -> SiteData:
    page = entry.page(SitePage)
    try:
        return SiteData.model_validate(page.site if page else None)
    except ValueError:
        raise Unusable("SITE_DATA", "site") from None

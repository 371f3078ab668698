"""The finalize room: at discharge a provisional code set, afterwards every change of it, and the coder's word (DOMAIN B80, F.15).

The line ends here: `final` carries sets for coders and billing and nothing else, so ticks and entries are not passed on.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from opencdi.bus import agenda
from opencdi.bus.room import Outgoing, Record, RecordCodec, Room, State, States
from opencdi.bus.site import SiteKnown, remember_site, site_of
from opencdi.bus.stepping import dead_letter
from opencdi.events.entry import entry_of, read_entry
from opencdi.events.pages import FailedPage, TickPage
from opencdi.events.problems import Unusable
from opencdi.events.topics import FINAL, QUERIES
from opencdi.finalize.closing import closed_by, fired
from opencdi.finalize.record import Questions, Working
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
    "site": SiteKnown,
    **agenda.MODELS,
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
        yield from closed_by(states, unread, site_of(states, envelope.tenant, default))


def _step(default: SiteData, states: States, record: Record) -> Iterator[Outgoing]:
    entry = read_entry(record.value)
    site = site_of(states, entry.envelope.tenant, default)
    match entry.envelope.kind:
        case "entry":
            yield from closed_by(states, entry, site)
        case "tick":
            tick = entry.page(TickPage)
            if tick is None:
                raise Unusable("NO_PAGE", "tick")
            yield from fired(states, entry.envelope.tenant, tick.at, site)
        case "site-data":
            remember_site(states, entry, default)
        case _:
            pass  # a kind of a newer release: nobody is behind us to pass it on to

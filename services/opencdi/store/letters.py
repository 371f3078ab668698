"""Dead letters as people see them: why, from whom, and what became of a second try.  Who looked, or tried again, is written down."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from opencdi.clinical.vocabulary import Outcome
from opencdi.events.people import Person
from opencdi.store.tables import DEAD_LETTER, LETTER_COUNT, LETTER_DEED, SECOND_TRY

LOOKED, TRIED_AGAIN = "looked", "tried again"
_ON_THEIR_WAY = 500
"""Second tries by hand, the newest ones, of which some may still be on their way."""
_LISTED = ("received_at", "room", "part", "pos")


class TriedAlready(Exception):
    """There has been a second try of this letter."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did with a letter, and when, by the clock of the database."""

    kind: str
    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """How a second try ended.  `dead`: where its own letter lies, if it left one (here, or in a room further down)."""

    outcome: Outcome
    reason: str
    dead: tuple[str, int, int] | None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One dead letter: where it lies on the bus, why, from whom; never what it holds."""

    room: str
    part: int
    pos: int
    tenant: str
    entry_id: str
    reason: str
    where: str
    feed: str
    received_at: datetime | None
    message_type: str
    size: int
    replays: str | None
    deeds: tuple[Deed, ...]  # oldest first
    tries: tuple[Try, ...]

    @property
    def pending(self) -> bool:
        """Handed over to be tried again, and still on its way."""
        return not self.tries and any(deed.kind == TRIED_AGAIN for deed in self.deeds)

    @property
    def waits(self) -> bool:
        """Nobody has had it tried again yet."""
        return not self.tries and not self.pending

    @property
    def path(self) -> str:
        """Its page."""
        return f"/line/letters/{self.room}/{self.part}/{self.pos}"


def _whose(tenant: str) -> tuple[str, str]:
    return (tenant, "")  # "": not even its headers say whose it is


def letters(connection: Connection, tenant: str, limit: int, after: tuple[str, int, int] | None = None) -> list[LetterRow]:
    """The tenant's letters: those first of which no second try has ended, then the newest; those that come after the letter at a place.

    Read along the index, so that a page costs what it shows, however many letters there are.
    """
    last = _at(connection, tenant, *after) if after else None
    found: list[Row[Any]] = []
    for tried in (False, True):
        if len(found) < limit and not (last and last.tried and not tried):
            begin = last if last and last.tried == tried else None
            mine = (_page(whose, tried=tried, limit=limit - len(found), last=begin) for whose in _whose(tenant))
            told = [row for asked in mine for row in connection.execute(asked)]
            found += sorted(told, key=_listed, reverse=True)[: limit - len(found)]
    return _with_what_became(connection, found)


def _page(tenant: str, *, tried: bool, limit: int, last: Row[Any] | None) -> Select[Any]:
    columns = [DEAD_LETTER.c[name] for name in _LISTED]
    asked = select(DEAD_LETTER).where(DEAD_LETTER.c.tenant == tenant, DEAD_LETTER.c.tried == tried)
    if last is not None:
        asked = asked.where(tuple_(*columns) < tuple_(*_listed(last)))
    return asked.order_by(*(column.desc() for column in columns)).limit(limit)


def _listed(row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _LISTED)


def letter(connection: Connection, tenant: str, room: str, part: int, pos: int) -> LetterRow | None:
    """The tenant's letter at that place; None where none is known."""
    found = _at(connection, tenant, room, part, pos)
    return _with_what_became(connection, [found])[0] if found is not None else None


def _at(connection: Connection, tenant: str, room: str, part: int, pos: int) -> Row[Any] | None:
    place = (DEAD_LETTER.c.room == room, DEAD_LETTER.c.part == part, DEAD_LETTER.c.pos == pos)
    return connection.execute(select(DEAD_LETTER).where(DEAD_LETTER.c.tenant.in_(_whose(tenant)), *place)).first()


def letters_by_reason(connection: Connection, tenant: str) -> list[tuple[str, str, int, int]]:
    """Room, reason, how many letters, and of how many of them there was no second try."""
    counted = (LETTER_COUNT.c.room, LETTER_COUNT.c.reason)
    asked = select(*counted, func.sum(LETTER_COUNT.c.letters), func.sum(LETTER_COUNT.c.letters - LETTER_COUNT.c.tried))
    told = connection.execute(asked.where(LETTER_COUNT.c.tenant.in_(_whose(tenant))).group_by(*counted).order_by(*counted)).all()
    deeds = select(LETTER_DEED.c.room, LETTER_DEED.c.entry_id).where(LETTER_DEED.c.tenant == tenant, LETTER_DEED.c.kind == TRIED_AGAIN)
    lately = {(row.room, row.entry_id) for row in connection.execute(deeds.order_by(LETTER_DEED.c.id.desc()).limit(_ON_THEIR_WAY))}
    not_ended = (
        DEAD_LETTER.c.tenant == tenant,
        DEAD_LETTER.c.tried.is_(False),
        DEAD_LETTER.c.entry_id.in_({entry_id for _, entry_id in lately}),
    )
    found = connection.execute(select(DEAD_LETTER.c.room, DEAD_LETTER.c.reason, DEAD_LETTER.c.entry_id).where(*not_ended))
    on_its_way = Counter((row.room, row.reason) for row in found if (row.room, row.entry_id) in lately)
    return [(room, reason, int(count), int(waits) - on_its_way[room, reason]) for room, reason, count, waits in told]


def write_look(engine: Engine, row: LetterRow, person: Person) -> None:
    """On record before a word is shown: this person looked at what this letter holds."""
    with engine.begin() as connection:
        _write(connection, row, person, LOOKED)


def try_again_once(engine: Engine, row: LetterRow, person: Person, hand_over: Callable[[], str | None]) -> None:
    """Hand the letter over to be tried again (its new id; None where it may have been taken); the deed stands unless it surely was not,
    and once: `TriedAlready`.

    Whoever presses the same button at the same time waits here, and then learns that it has been done.
    """
    with engine.begin() as connection:
        try:
            deed_id = _write(connection, row, person, TRIED_AGAIN, once=f"{row.tenant} {row.room} {row.entry_id}")
        except IntegrityError:
            raise TriedAlready from None
        again_id = hand_over()
        connection.execute(update(LETTER_DEED).where(LETTER_DEED.c.id == deed_id).values(again_id=again_id))


def _write(connection: Connection, row: LetterRow, person: Person, kind: str, once: str | None = None) -> int:
    told = {"tenant": row.tenant, "room": row.room, "entry_id": row.entry_id, "kind": kind, "at": _now(connection), "once": once}
    written = insert(LETTER_DEED).values(**told, by_staff_id=person.staff_id, by_name=person.name).returning(LETTER_DEED.c.id)
    return int(connection.execute(written).scalar_one())


def _now(connection: Connection) -> str:
    now = connection.execute(select(func.current_timestamp())).scalar_one()
    return (now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)).isoformat()


def _with_what_became(connection: Connection, found: Sequence[Row[Any]]) -> list[LetterRow]:
    entry_ids, whose = {row.entry_id for row in found}, {row.tenant for row in found}
    deeds: dict[tuple[str, str, str], list[Deed]] = {}
    theirs = (LETTER_DEED.c.tenant.in_(whose), LETTER_DEED.c.room.in_({row.room for row in found}), LETTER_DEED.c.entry_id.in_(entry_ids))
    for row in connection.execute(select(LETTER_DEED).where(*theirs).order_by(LETTER_DEED.c.id)):
        person = Person(staff_id=row.by_staff_id, name=row.by_name)
        deeds.setdefault((row.tenant, row.room, row.entry_id), []).append(Deed(row.kind, person, datetime.fromisoformat(row.at)))
    told = (SECOND_TRY.c.tenant.in_(whose), SECOND_TRY.c.letter_id.in_(entry_ids))
    tries = connection.execute(select(SECOND_TRY).where(*told).order_by(SECOND_TRY.c.again_id)).all()
    again = select(DEAD_LETTER.c.message_id, DEAD_LETTER.c.room, DEAD_LETTER.c.part, DEAD_LETTER.c.pos)
    died = {
        row.message_id: (row.room, row.part, row.pos)
        for row in connection.execute(again.where(DEAD_LETTER.c.message_id.in_({one.again_id for one in tries})))
    }
    ended: dict[tuple[str, str], list[Try]] = {}
    for row in tries:
        ended.setdefault((row.tenant, row.letter_id), []).append(Try(row.outcome, row.reason or "", died.get(row.again_id)))
    return [
        LetterRow(
            row.room, row.part, row.pos, row.tenant, row.entry_id, row.reason, row.at_field, row.feed,
            datetime.fromisoformat(row.received_at) if row.received_at else None, row.message_type, row.bytes, row.replays,
            tuple(deeds.get((row.tenant, row.room, row.entry_id), ())), tuple(ended.get((row.tenant, row.entry_id), ())),
        )
        for row in found
    ]  # fmt: skip

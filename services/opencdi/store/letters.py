"""Dead letters as people see them: why, from whom, and what became of a second try.  Who looked, or tried again, is written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, case, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from opencdi.clinical.vocabulary import Outcome
from opencdi.events.people import Person
from opencdi.store.tables import DEAD_LETTER, LETTER_DEED, SECOND_TRY

LOOKED, TRIED_AGAIN = "looked", "tried again"


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


_TRIED: ColumnElement[bool] = or_(
    exists().where(SECOND_TRY.c.tenant == DEAD_LETTER.c.tenant, SECOND_TRY.c.letter_id == DEAD_LETTER.c.entry_id),
    exists().where(
        LETTER_DEED.c.tenant == DEAD_LETTER.c.tenant, LETTER_DEED.c.room == DEAD_LETTER.c.room,
        LETTER_DEED.c.entry_id == DEAD_LETTER.c.entry_id, LETTER_DEED.c.kind == TRIED_AGAIN,
    ),
)  # fmt: skip


def _mine(tenant: str) -> ColumnElement[bool]:
    return DEAD_LETTER.c.tenant.in_((tenant, ""))  # "": not even its headers say whose it is


def letters(connection: Connection, tenant: str, limit: int) -> list[LetterRow]:
    """The tenant's letters: those first of which there was no second try, then the newest."""
    place = (DEAD_LETTER.c.room, DEAD_LETTER.c.part, DEAD_LETTER.c.pos)
    asked = select(DEAD_LETTER).where(_mine(tenant)).order_by(_TRIED, DEAD_LETTER.c.received_at.desc(), *place).limit(limit)
    return _with_what_became(connection, connection.execute(asked).all())


def letter(connection: Connection, tenant: str, room: str, part: int, pos: int) -> LetterRow | None:
    """The tenant's letter at that place; None where none is known."""
    place = (DEAD_LETTER.c.room == room, DEAD_LETTER.c.part == part, DEAD_LETTER.c.pos == pos)
    found = connection.execute(select(DEAD_LETTER).where(_mine(tenant), *place)).all()
    return next(iter(_with_what_became(connection, found)), None)


def letters_by_reason(connection: Connection, tenant: str) -> list[tuple[str, str, int, int]]:
    """Room, reason, how many letters, and of how many of them there was no second try."""
    waits = func.sum(case((_TRIED, 0), else_=1))
    asked = select(DEAD_LETTER.c.room, DEAD_LETTER.c.reason, func.count(), waits).where(_mine(tenant))
    grouped = asked.group_by(DEAD_LETTER.c.room, DEAD_LETTER.c.reason).order_by(DEAD_LETTER.c.room, DEAD_LETTER.c.reason)
    return [(room, reason, count, int(waiting)) for room, reason, count, waiting in connection.execute(grouped)]


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
    entry_ids = {row.entry_id for row in found}
    deeds: dict[tuple[str, str, str], list[Deed]] = {}
    for row in connection.execute(select(LETTER_DEED).where(LETTER_DEED.c.entry_id.in_(entry_ids)).order_by(LETTER_DEED.c.id)):
        person = Person(staff_id=row.by_staff_id, name=row.by_name)
        deeds.setdefault((row.tenant, row.room, row.entry_id), []).append(Deed(row.kind, person, datetime.fromisoformat(row.at)))
    tries = connection.execute(select(SECOND_TRY).where(SECOND_TRY.c.letter_id.in_(entry_ids)).order_by(SECOND_TRY.c.again_id)).all()
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

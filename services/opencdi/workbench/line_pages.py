"""The interface analyst's pages: how the feeds are doing, and what could not be used, to look at (on record) and to try again (once)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from opencdi.bus.bus import BusDown, open_bus
from opencdi.bus.letters import letter_at
from opencdi.knowledge.site import SiteData
from opencdi.store.codes import unmapped_codes
from opencdi.store.engine import snapshot
from opencdi.store.feeds import feeds, site_of
from opencdi.store.health import as_of, line_health
from opencdi.store.letters import LetterRow, TriedAlready, letter, letters, letters_by_reason, try_again_once, write_look
from opencdi.workbench.decisions import NotTaken, Unanswered
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.feed_health import FeedHealth, feed_health
from opencdi.workbench.personas import Kind, Persona

MOST_LETTERS = 200
Place = Annotated[int, Path(ge=0, lt=2**31)]
_MOST_SHOWN = 64 * 1024
_AFTER = r"^$|^[a-z-]{1,40}/[0-9]{1,9}/[0-9]{1,9}$"
_SEATS: tuple[Kind, ...] = ("analyst", "specialist", "coder")


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line of what a letter holds; `at_fault`: it is the segment that the reason names."""

    text: str
    at_fault: bool


def line_pages(desk: Desk, site: SiteData, bus_url: str) -> APIRouter:
    """The routes.  `site`: what holds until site data come down the line; the letters themselves stay on the bus."""
    pages = APIRouter(prefix="/line")

    @pages.get("")
    def the_line(request: Request) -> Response:
        def look(connection: Connection, _: Persona) -> dict[str, Any]:
            return {
                "health": line_health(connection, desk.tenant),
                "feeds": _feeds(connection),
                "reasons": letters_by_reason(connection, desk.tenant),
                "unmapped": _unmapped(connection),
            }

        return desk.show(request, "line.html", look, *_SEATS)

    @pages.get("/letters")
    def the_letters(request: Request, after: Annotated[str, Query(pattern=_AFTER)] = "") -> Response:
        def look(connection: Connection, _: Persona) -> dict[str, Any]:
            rows = letters(connection, desk.tenant, MOST_LETTERS + 1, _place(after) if after else None)
            reasons = letters_by_reason(connection, desk.tenant)
            shown = {"rows": rows[:MOST_LETTERS], "after": after, "more": len(rows) > MOST_LETTERS}
            return {**shown, "reasons": reasons, "unmapped": _unmapped(connection)}

        return desk.show(request, "letters.html", look, *_SEATS)

    @pages.get("/letters/{room}/{part}/{pos}")
    def the_letter(request: Request, room: str, part: Place, pos: Place) -> Response:
        return _show(request, (room, part, pos), None)

    @pages.post("/letters/{room}/{part}/{pos}")
    def look_at_it(request: Request, room: str, part: Place, pos: Place) -> Response:
        persona, _ = desk.persona(request)
        row = _for_who_may(persona, room, part, pos)
        write_look(desk.engine, row, persona.person)
        return _show(request, (room, part, pos), _held(row))

    @pages.post("/letters/{room}/{part}/{pos}/replay")
    def try_it_again(request: Request, room: str, part: Place, pos: Place, back: Annotated[str, Form()] = "") -> Response:
        persona, _ = desk.persona(request)
        row = _for_who_may(persona, room, part, pos)
        if not row.waits:
            raise HTTPException(409, "This message has been tried again already.")
        try:
            try_again_once(desk.engine, row, persona.person, lambda: _handed_over(row, persona))
        except TriedAlready:
            raise HTTPException(409, "This message has been tried again already.") from None
        except NotTaken as reason:
            raise HTTPException(reason.status, str(reason)) from None
        return back_to("/line/letters" if back == "/line/letters" else row.path)  # a live page is answered with itself

    def _handed_over(row: LetterRow, persona: Persona) -> str | None:
        try:
            return desk.gateway.replay(row, persona.person)
        except Unanswered:  # it may be on inbound all the same
            return None

    def _feeds(connection: Connection) -> list[FeedHealth]:
        now = as_of(connection, desk.tenant)
        silence = timedelta(hours=site_of(connection, desk.tenant, site).documents_silence_hours)
        return feed_health(feeds(connection, desk.tenant), now.received_at, desk.screen.zone, silence) if now else []

    def _unmapped(connection: Connection) -> int:
        return len(unmapped_codes(connection, desk.tenant, site_of(connection, desk.tenant, site)))

    def _show(request: Request, place: tuple[str, int, int], held: Sequence[LetterLine] | None) -> Response:
        def look(connection: Connection, _: Persona) -> dict[str, Any]:
            return {"letter": _row(connection, *place), "held": held, "most": _MOST_SHOWN}

        return desk.show(request, "letter.html", look, *_SEATS)

    def _row(connection: Connection, room: str, part: int, pos: int) -> LetterRow:
        if (row := letter(connection, desk.tenant, room, part, pos)) is None:
            raise HTTPException(404, "There is no such dead letter.")
        return row

    def _for_who_may(persona: Persona, room: str, part: int, pos: int) -> LetterRow:
        if not persona.handles_letters:
            raise HTTPException(403, "Only the interface analyst may open what could not be used, or try it again.")
        with snapshot(desk.engine) as connection:
            row = _row(connection, room, part, pos)
        if row.tenant != desk.tenant:
            raise HTTPException(403, "Nobody can tell whose message this is.")
        return row

    def _held(row: LetterRow) -> list[LetterLine]:
        try:
            with open_bus(bus_url) as bus:
                found = letter_at(bus, row.room, row.part, row.pos)
        except BusDown:
            raise HTTPException(503, "The bus cannot be reached at the moment. Try again in a minute.") from None
        if found is None or found.entry_id != row.entry_id:
            raise HTTPException(404, "The bus does not hold this letter any more.")
        return lines_of(found.record.value[:_MOST_SHOWN], row.where)

    return pages


def lines_of(held: bytes, where: str) -> list[LetterLine]:
    """What a letter holds, line by line; of HL7 v2 the segment of the field at fault is marked (pure)."""
    segment = where.partition("-")[0] if "-" in where else ""
    told = held.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [LetterLine(line, bool(segment) and line.startswith(segment)) for line in told if line]


def _place(told: str) -> tuple[str, int, int]:
    room, part, pos = told.split("/")
    return room, int(part), int(pos)

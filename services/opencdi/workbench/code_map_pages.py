"""The interface analyst says what a sender's code means: site data by way of the gateway, pending until the line works by it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import Connection

from opencdi.clinical.vocabulary import AuthorRole, EncounterClass, NoteType, SiteTable
from opencdi.events.ids import derived_id
from opencdi.knowledge.analytes import ANALYTES
from opencdi.knowledge.site import SiteData, mapped
from opencdi.store.codes import mapped_here, remember_mapping, unmapped_codes
from opencdi.store.engine import snapshot
from opencdi.store.feeds import site_of
from opencdi.store.letters import letters_by_reason
from opencdi.workbench.decisions import NotTaken
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import Persona
from opencdi.workbench.vocabulary import DISPOSITIONS
from opencdi.workbench.words import words

MOST_CODES = 200


def code_map_pages(desk: Desk, site: SiteData) -> APIRouter:
    """The routes.  `site`: what holds until site data come down the line."""
    pages = APIRouter(prefix="/line/codes")

    @pages.get("")
    def the_codes(request: Request) -> Response:
        def look(connection: Connection, _: Persona) -> dict[str, Any]:
            now = site_of(connection, desk.tenant, site)
            found = unmapped_codes(connection, desk.tenant, now)
            return {
                "rows": [(derived_id(one.table, one.code), one) for one in found[:MOST_CODES]],
                "unmapped": len(found),
                "mapped": [(derived_id(one.table, one.code), one, ending) for one, ending in mapped_here(connection, desk.tenant, now)],
                "site": now,
                "choices": CHOICES,
                "results": results_by_loinc(),
                "reasons": letters_by_reason(connection, desk.tenant),
            }

        return desk.show(request, "unmapped.html", look, "analyst", "specialist", "coder")

    @pages.post("")
    def map_it(request: Request, table: Annotated[SiteTable, Form()], code: Annotated[str, Form()], to: Annotated[str, Form()]) -> Response:
        persona, _ = desk.persona(request, "analyst")
        meant = to.strip()
        if table == "loinc_by_local_code":
            meant = _loinc_by_name().get(meant.lower(), meant)
        if not meant:
            raise HTTPException(422, "Choose what the code means.")
        return _tell(persona, table, code, meant)

    @pages.post("/take-back")
    def take_back(request: Request, table: Annotated[SiteTable, Form()], code: Annotated[str, Form()]) -> Response:
        persona, _ = desk.persona(request, "analyst")
        return _tell(persona, table, code, None)

    def _tell(persona: Persona, table: SiteTable, code: str, to: str | None) -> Response:
        with snapshot(desk.engine) as connection:
            now = site_of(connection, desk.tenant, site)
        try:
            mapped(now, table, code, to)
        except ValidationError:
            raise HTTPException(422, "This table cannot hold that.") from None
        except ValueError as why:
            raise HTTPException(422, f"That is {why}.") from None
        try:
            mapping_id = desk.gateway.map(table, code, to, persona.person)
        except NotTaken as reason:
            raise HTTPException(reason.status, str(reason)) from None
        remember_mapping(desk.engine, desk.tenant, table, code, to, mapping_id, persona.person)
        return back_to("/line/codes")

    return pages


CHOICES: Mapping[SiteTable, Mapping[str, str]] = {
    "class_by_code": {value: words(value) for value in get_args(EncounterClass) if value != "unmapped"},
    "disposition_by_code": {value: f"{value} {said}" for value, said in DISPOSITIONS.items()},
    "note_type_by_code": {value: words(value) for value in get_args(NoteType)},
    "author_role_by_code": {value: words(value) for value in get_args(AuthorRole)},
}
"""What a code may be said to mean, table by table; a result's meaning is any LOINC code."""


@lru_cache(maxsize=1)
def results_by_loinc() -> dict[str, str]:
    """The results that the rules know: LOINC -> "creatinine, mg/dL"."""
    return {loinc: f"{words(analyte.slug)}, {analyte.unit}" for analyte in ANALYTES for loinc in analyte.loinc}


@lru_cache(maxsize=1)
def _loinc_by_name() -> dict[str, str]:
    return {name: analyte.loinc[0] for analyte in ANALYTES if analyte.loinc for name in (analyte.slug.lower(), words(analyte.slug).lower())}

"""Templates with the filters of the field, and what every page shows: who looks, and up to when it speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from starlette.responses import HTMLResponse

from opencdi.clinical.paper import number_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.store.health import AsOf
from opencdi.workbench import moments, on_paper, vocabulary, words
from opencdi.workbench.evidence import said_together
from opencdi.workbench.personas import Persona

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Screen:
    """Renders pages.  `zone` is the hospital's: all instants of the line are shown on its clock."""

    templates: Environment
    zone: ZoneInfo

    def page(
        self,
        request: Request,
        template: str,
        *,
        persona: Persona,
        seats: tuple[Persona, ...],
        version: tuple[str, int],
        as_of: AsOf | None,
        status: int = 200,
        **shown: Any,
    ) -> Response:
        """One page, with its `as_of`."""
        told = {
            "path": request.url.path,
            "persona": persona,
            "seats": seats,
            "version": f"{version[0]}-{version[1]}",
            "as_of": as_of,
            "demo": request.app.state.demo,
            "stalled": request.app.state.follower.failed is not None,
        }
        return HTMLResponse(self.templates.get_template(template).render(**told, **shown), status)


def screen(zone: str) -> Screen:
    """The screen of a hospital in that time zone."""
    hospital = ZoneInfo(zone)
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    templates.filters |= _times(hospital) | {
        "words": words.words, "signed": words.signed, "age": words.age, "person": words.person_name, "place": words.place,
        "code": words.code, "drg_title": words.drg_title, "grouper": words.grouper, "disposition": words.disposition,
        "assumption": words.assumption, "moved_by": words.moved_by, "cause": words.cause, "refusal": words.refusal,
        "number": number_on_paper, "value": on_paper.result_on_paper, "said_together": said_together,
        "sentence": words.sentence, "terms": words.terms, "span": moments.span_text, "bytes": words.size,
        "means": words.means, "remedy": words.remedy,
    }  # fmt: skip
    closed_lists = (
        "STATES", "ASKED", "DISMISSALS", "ANSWERS_KEPT", "WITHDRAWALS", "PASSED_ON", "PHASES", "GAPS", "OUTCOMES", "SITE_TABLES",
        "LIMITS", "DEFERRED",
    )  # fmt: skip
    templates.globals |= {name: getattr(vocabulary, name) for name in closed_lists}
    return Screen(templates, hospital)


def _times(zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """The filters for times.  The page's own year goes without saying."""

    def year(context: Context) -> int | None:
        as_of: AsOf | None = context.get("as_of")
        return as_of.received_at.astimezone(zone).year if as_of else None

    @pass_context
    def clinical(context: Context, time: ClinicalTime | None) -> str:
        return moments.clinical_text(time, zone, year(context))

    @pass_context
    def instant(context: Context, at: datetime) -> str:
        return moments.instant_text(at, zone, year(context))

    return {"clinical": clinical, "instant": instant, "as_of_text": lambda at: moments.as_of_text(at, zone)}

"""Templates with the filters of the field, and what every page shows: who looks, and up to when it speaks."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from opencdi.store.health import AsOf
from opencdi.workbench import words
from opencdi.workbench.personas import Persona
from opencdi.workbench.timeline import measured

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
            "next_day": request.app.state.demo_control_url is not None,
            "stalled": request.app.state.follower.failed is not None,
            "zone": self.zone,
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

    def clock(at: datetime) -> str:
        return words.clock(at, hospital)

    templates.filters |= {
        "words": words.words, "quantity": words.quantity, "signed": words.signed, "clinical": words.clinical, "clock": clock,
        "age": words.age, "person": words.person_name, "code": words.code, "drg_title": words.drg_title, "measured": measured,
    }  # fmt: skip
    templates.globals |= {"STATES": words.STATES, "DISMISSALS": words.DISMISSALS}
    return Screen(templates, hospital)

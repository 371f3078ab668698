"""Who is looking: for now a demo's switch in a cookie, on this machine only; real accounts and roles come later."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from opencdi.events.people import Person

COOKIE = "cdi_persona"
Kind = Literal["specialist", "physician", "coder", "analyst"]


@dataclass(frozen=True, slots=True)
class Persona:
    """A seat at the workbench: what its pages show and whose name its decisions carry."""

    key: str
    kind: Kind
    person: Person
    sees_restricted: bool = False
    handles_letters: bool = False
    """May open what the line could not use, which is whatever the sender wrote, and have it tried again."""

    @property
    def home(self) -> str:
        """Where this persona's day begins."""
        return {"specialist": "/worklist", "physician": "/inbox", "coder": "/final", "analyst": "/line"}[self.kind]


SPECIALIST = Persona("specialist", "specialist", Person(staff_id="CDI-1", name="Dana Whitfield, RN, CCDS"))
SECOND_REVIEWER = Persona("second-reviewer", "specialist", Person(staff_id="CDI-2", name="Samuel Adeyemi, MD, physician advisor"))
CODER = Persona("coder", "coder", Person(staff_id="HIM-1", name="Maria Olsen, CCS"))
ANALYST = Persona("analyst", "analyst", Person(staff_id="IT-1", name="Tomas Reyes, interface team"), handles_letters=True)


def seats(physicians: Iterable[Person]) -> tuple[Persona, ...]:
    """The seats one may take: a specialist, a second reviewer (Q-43), a coder, an interface analyst, each physician who has been asked."""
    asked = (Persona(f"physician:{person.staff_id}", "physician", person.model_copy(update={"role": "provider"})) for person in physicians)
    return (SPECIALIST, SECOND_REVIEWER, CODER, ANALYST, *asked)


def seated(cookie: str | None, among: tuple[Persona, ...]) -> Persona:
    """Whose seat the cookie names; without one, the specialist's."""
    return next((persona for persona in among if persona.key == cookie), SPECIALIST)

"""What the last set said, and how the next one differs from it."""

from dataclasses import dataclass
from datetime import datetime

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import FinalCodeSet, FinalStatus, OpenQuestion
from opencdi.events.contract import MadeBy
from opencdi.events.pages import CodingPage
from opencdi.events.people import Person
from opencdi.finalize.difference import Difference, Standing, difference, standing, standing_procedures
from opencdi.finalize.unsettled import to_settle
from opencdi.settings import SOFTWARE

_SEEN = 100  # a page older than this many entries of the stay is stale whatever has happened since


class Told(State):
    """The last set in a few words: enough to see what changed, without keeping the set.

    `status` is the last set's; `base` is what the set is while nobody holds or attests it: provisional, or amended once its codes have
    changed.  `shown_by` are the entries at which a page shows this very set: an attestation made from an older one is stale.
    """

    nth: int = 0
    at: datetime | None = None
    status: FinalStatus = "cancelled"
    base: FinalStatus = "provisional"
    shown_by: tuple[str, ...] = ()
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    codes: tuple[Standing, ...] = ()
    drg: str | None = None
    no_drg: str | None = None
    open_questions: tuple[OpenQuestion, ...] = ()
    waiting_for: tuple[str, ...] = ()
    attested_by: Person | None = None

    @property
    def stands(self) -> bool:
        """Whether there is a set that people work on."""
        return self.status not in ("reopened", "cancelled")

    def seen_at(self, entry_id: str) -> "Told":
        """From this entry on, too, a page shows this set."""
        return self.model_copy(update={"shown_by": (*self.shown_by, entry_id)[-_SEEN:]})


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that goes into a set, as of one entry (or one timer: then the id is derived and the time is when it was due)."""

    tenant: str
    encounter_id: str
    entry_id: str
    at: datetime
    coding: CodingPage | None
    discharged_at: ClinicalTime | None
    disposition: str | None
    open_questions: tuple[OpenQuestion, ...]
    waiting_for: tuple[str, ...]

    @property
    def codes(self) -> tuple[Standing, ...]:
        """The diagnoses and procedures as far as a set is told by them."""
        return (*standing(self.coding.codes), *standing_procedures(self.coding.procedures)) if self.coding else ()

    @property
    def drg(self) -> str | None:
        """The working DRG, which this set makes the final one."""
        return self.coding.drg.drg if self.coding and self.coding.drg else None

    @property
    def no_drg(self) -> str | None:
        """Why there is none."""
        return self.coding.no_drg if self.coding else "nothing documented could be coded"

    def recoded_since(self, told: Told) -> bool:
        """Whether the codes or the DRG are others than the last set's."""
        return (told.codes, told.drg, told.no_drg) != (self.codes, self.drg, self.no_drg)

    def moved_since(self, told: Told) -> bool:
        """Whether anything is other than the last set told."""
        talk = (told.open_questions, told.waiting_for) != (self.open_questions, self.waiting_for)
        return talk or self.recoded_since(told) or self.left_otherwise(told)

    def left_otherwise(self, told: Told) -> bool:
        """Whether the patient left at another time or to another place than the last set said: that is another claim."""
        return (told.discharged_at, told.disposition) != (self.discharged_at, self.disposition)


def next_set(chart: Chart, told: Told, status: FinalStatus, cause: str, *, attested_by: Person | None = None) -> tuple[FinalCodeSet, Told]:
    """The set to publish, and what to remember of it.  What changed is said only against a set that stands."""
    coding = chart.coding
    recoded = told.stands and chart.recoded_since(told)
    changes = difference(told.codes, chart.codes) if recoded else Difference()
    unmoved = told.stands and not chart.moved_since(told)
    published = FinalCodeSet(
        tenant=chart.tenant,
        encounter_id=chart.encounter_id,
        nth=told.nth + 1,
        status=status,
        at=chart.at,
        discharged_at=chart.discharged_at,
        disposition=chart.disposition,
        as_of=chart.entry_id,
        made_by=_made_by(coding),
        codes=coding.codes if coding else (),
        procedures=coding.procedures if coding else (),
        drg=coding.drg if coding else None,
        no_drg=chart.no_drg,
        open_questions=chart.open_questions,
        waiting_for=chart.waiting_for,
        to_settle=to_settle(coding) if coding else (),
        added=changes.added,
        removed=changes.removed,
        changed=changes.changed,
        drg_before=told.drg if recoded else None,
        cause=cause,
        attested_by=attested_by,
    )
    remembered = Told(
        nth=published.nth,
        at=chart.at,
        status=status,
        base=status if status in ("provisional", "amended") else told.base,
        shown_by=(*told.shown_by, chart.entry_id)[-_SEEN:] if unmoved else (chart.entry_id,),
        discharged_at=chart.discharged_at,
        disposition=chart.disposition,
        codes=chart.codes,
        drg=chart.drg,
        no_drg=chart.no_drg,
        open_questions=chart.open_questions,
        waiting_for=chart.waiting_for,
        attested_by=attested_by,
    )
    return published, remembered


def _made_by(coding: CodingPage | None) -> MadeBy:
    """This room, under the editions that the codes were made under."""
    if coding is None:
        return MadeBy(room="finalize", software=SOFTWARE)
    return coding.made_by.model_copy(update={"room": "finalize", "software": SOFTWARE})

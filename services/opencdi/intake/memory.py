"""What intake remembers: small records, several per patient, visit, encounter, result and document.

| key | record |
|---|---|
| `person/<patient>` `alias/<id>` | who, merged into whom; a FHIR reference or second number that leads to a patient or visit |
| `staff/<name>` | who works here, under each number or reference |
| `visit/<visit>` `account/<id>` `order/<id>` | what leads to an encounter (DOMAIN F.1) |
| `merged/<visit>` `moved/<visit>` | which other visit numbers mean the same stay; on which account it is by a move |
| `encounter/<encounter>` | what was said of the stay, so that a flood of A08 costs nothing |
| `version/<id>` `document/<note>` | the newest version of a result, order, drug, listing; of a document |
| `copy/<encounter>/<text>` | the note with that text, for a second system that sends it too |
| `past/<encounter>/<analyte>` `carried/<encounter>` | values that may be a later stay's baseline; which it was told |
| `awaiting/<patient>/<kind>` `held/<patient>/<fact>` | what waits for an encounter: the list of each kind; each of them whole |
| `waiting/<note>` | what waits for its parent document |
| `story/<encounter>/<n>` `pages/<encounter>` | facts told about an encounter, to be told again where it moves |
| `seen/<tenant>/<period>/<message>` | a message of those ten days (DOMAIN F.3) |
| `days/<tenant>` | which of those there are: so that forgetting need not search |
| `due/<tenant>` `due-day/<tenant>/<day>` | the days on which stays may be forgotten, and which stays |
| `part/<message>/<i>` `parts/<message>` | parts of a transaction, and how many are here |
| `feeds/<tenant>` `site/<tenant>` | when each feed was heard; the tenant's tables |
"""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from opencdi.bus import agenda
from opencdi.bus.room import RecordCodec, State
from opencdi.clinical.vocabulary import Authentication, AuthorRole, Sex

A_DAY = 24 * 60


class Person(State):
    """A patient, as told under one number.  `into`, `was`: merged; `told`: field -> when last; `held`: kinds of what waits."""

    mrn: str = ""
    name: str = ""
    birth_date: str | None = None
    sex: Sex = "U"
    told: dict[str, datetime] = Field(default_factory=dict)
    into: str | None = None
    was: tuple[str, ...] = ()
    words: dict[str, tuple[datetime, bool]] = Field(default_factory=dict)  # number as which this one lives on -> when told, and if parted
    links: dict[str, tuple[datetime, tuple[tuple[str, str], ...]]] = Field(default_factory=dict)  # Patient resource -> when, what it links
    near: tuple[str, ...] = ()  # numbers that were ever told to be one with this one, or not to be
    visits: tuple[str, ...] = ()
    encounters: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class Staff(State):
    """Somebody who works here; the same record under each of the names that it lists."""

    staff_id: str = ""
    name: str = ""
    role: AuthorRole = "unknown"
    names: tuple[str, ...] = ()
    told_at: datetime


class Lead(State):
    """Whatever leads to an id: an alias, an account, an order number.  `under`: of an order, the visit or account of which it was told."""

    to: str
    under: str = ""


class Merged(State):
    """Visit numbers that are one stay (A42, A50), known yet or not: `into` what this one lives on as, `of` what lives on as this one."""

    into: str | None = None
    of: tuple[str, ...] = ()


class Moved(State):
    """A45: whose that visit is and on which account, known yet or not, whatever older or other messages say."""

    account: str
    number: str  # the patient's
    of: str = ""  # whose it was
    at: datetime


class Visit(State):
    """One visit number of one facility.  `told`: field -> (value as JSON, when told); `discharge`: the fact as JSON."""

    encounter_id: str
    patient_id: str  # the number under which it was told first
    number: str  # keyed hash of the bare number, for feeds that do not name the facility
    reused: int = 0
    accounts: tuple[str, ...] = ()  # on which it was told
    wholes: tuple[str, ...] = ()  # the aliases of which it was told to be a part
    admitted_at: datetime | None = None
    started_at: datetime | None = None  # None: only mentioned so far
    told: dict[str, tuple[str, datetime]] = Field(default_factory=dict)
    discharged_at: datetime | None = None
    discharge: str | None = None
    gone_at: datetime | None = None  # when a discharge was told last
    there_at: datetime | None = None  # when the patient was last told not to have left
    left_told: tuple[str, datetime] | None = None  # since when the patient has left, a ClinicalTime as JSON; when that was told
    status_told: tuple[str | None, str, datetime] | None = None  # disposition (None: unmapped), the sender's code, when told
    cancelled: bool = False
    cancelled_at: datetime | None = None
    admission_at: datetime | None = None  # when the patient was last told to be admitted or present: the word against a cancel
    came: tuple[int, ...] = ()  # the days on which an outpatient was registered, as ordinals
    inpatient_from: str | None = None  # the first inpatient class since it last was another: a ClinicalTime as JSON
    other_class_at: datetime | None = None  # when a class of patients who are not admitted was told last
    left_inpatient_at: datetime | None = None  # when the class last went back to one of those, or the admission was cancelled
    happened: dict[str, str] = Field(default_factory=dict)  # when a class was told -> since when it was so, where that is another time
    class_code: str | None = None  # the sender's code of the class that stands: the site's table may come to read it otherwise
    classes: tuple[tuple[str, str], ...] = ()  # such codes and when each was told, as JSON; "" for a cancel


class Encounter(State):
    """The stay that is billed as one.  `told` and `discharge`: what was said of its governing visit."""

    patient_id: str
    tenant: str = ""
    number: str = ""  # the patient's number under which it was told first: whose it is when a merge is taken back
    number_at: datetime | None = None  # when that was; None: only mentioned so far
    guests: tuple[str, ...] = ()  # other numbers under which something that names no visit was filed here while they were one
    visits: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()  # those that led to another patient's stay first: mother and newborn share one
    into: str | None = None
    told: dict[str, tuple[str, datetime]] = Field(default_factory=dict)
    first_at: datetime | None = None
    inpatient_orders: dict[str, str] = Field(default_factory=dict)  # the order's number -> its time, a ClinicalTime as JSON
    inpatient_ordered: str | None = None  # what was said of the order to admit: its basis and time, or "cancelled"
    discharge: str | None = None
    discharged_at: datetime | None = None
    cancelled: bool = False
    history: bool = False  # it was over before we went live (DOMAIN F.18)
    closed: bool = False  # long over, and its facts forgotten


class Version(State):
    """The newest version of something that comes again."""

    encounter_id: str
    order: tuple[str, ...]
    said: str
    line: str = ""  # of a list: the line that stands, as a FactsPage
    dated: tuple[str, ...] = ()  # the order of the word that dated it
    under: tuple[str, ...] = ()  # the visits, orders or accounts under which it was told
    taken_at: datetime | None = None  # of a result: when the specimen was


class Document(State):
    """The newest version of a document."""

    encounter_id: str
    order: tuple[str, ...]
    revision: int = 1
    text_hash: str = ""
    words: str = ""  # the hash of its words whatever the space between them: another system breaks the lines elsewhere
    said: str = ""
    authentication: Authentication = "unsigned"
    retracted: bool = False
    written_at: datetime | None = None
    status_order: tuple[str, ...] = ()  # of the newest word on its authentication that came without the text
    cancelled: tuple[str, ...] = ()  # the order of its newest cancel, though it may stand again since
    senders: tuple[str, ...] = ()  # the systems that have sent it, the first one first
    same_as: str | None = None  # this is another number of that document: another system's, or a replacement's
    addenda: tuple[str, ...] = ()


class Past(State):
    """The newest values of one analyte in one encounter: id, value, when taken (a ClinicalTime as JSON).

    One that must not be used keeps its place without a value, so that in whatever order they come the same ones are kept.
    """

    values: tuple[tuple[str, float | None, str], ...] = ()


class Carried(State):
    """Analyte -> hash of the baseline that this encounter was told last."""

    said: dict[str, str] = Field(default_factory=dict)


class Awaited(State):
    """One fact that waits for an encounter: by what that may be found."""

    name: str
    at: datetime
    orders: tuple[str, ...] = ()
    account: str = ""
    visit: tuple[str, str, bool] = ("", "", True)  # number, facility, whether the facility is assumed
    aliases: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()  # the names of a document, and of what it is added to
    feed: str = ""
    number: str = ""  # the patient's, as told


class Awaiting(State):
    """Of one kind what waits with a patient, in the order in which it happened."""

    items: tuple[Awaited, ...] = ()


class Held(State):
    """Something that waits; `page` is a FactsPage with its one fact."""

    page: str
    order: tuple[str, ...]
    orders: tuple[str, ...] = ()
    text: str | None = None
    also: tuple[str, ...] = ()
    encounter_id: str | None = None
    sender: str = ""
    feed: str = ""
    undated: bool = False
    under: str = ""
    of_stay: bool = False


class Waiting(State):
    """What waits for one document."""

    items: tuple[Held, ...] = ()


class Story(State):
    """What one entry told: its facts page and the notes' texts; `under`: each fact's visit, else order, else account."""

    page: str
    texts: dict[str, str] = Field(default_factory=dict)
    under: tuple[str, ...] = ()


class Pages(State):
    """How many entries told about an encounter; `history` of them as history only, not yet to the rooms that ask and code."""

    count: int = 0
    history: tuple[int, ...] = ()


class Seen(State):
    """Hashes of the contents that were applied under that message's id, each with its day."""

    contents: tuple[tuple[str, int], ...] = ()


class Days(State):
    """Which ten-day periods of message ids there are."""

    periods: tuple[int, ...] = ()


class Part(State):
    """One part of a transaction that is not yet whole."""

    body: str


class Parts(State):
    """How many of its parts are here.  `since`: when the first one came; `of`: how many there should be."""

    count: int
    tenant: str = ""
    feed: str = ""
    since: datetime | None = None
    of: int = 0


class Feeds(State):
    """Feed -> when it was last heard; `documents`: what the next tick tells of the documents of each."""

    heard: dict[str, datetime] = Field(default_factory=dict)
    documents: dict[str, tuple[datetime, ...]] = Field(default_factory=dict)
    ticked_at: datetime | None = None

    def hears(self, feed: str, at: datetime, *, documents: bool) -> Self:
        """These feeds once this one is heard at that instant; documents are told once a minute, whatever a backlog brings."""
        last, heard = self.heard.get(feed), {**self.heard, feed: at}
        told = self.documents
        if documents and (last is None or last.replace(second=0, microsecond=0) != at.replace(second=0, microsecond=0)):
            told = {**told, feed: (*told.get(feed, ()), at)[-A_DAY:]}
        return self.model_copy(update={"heard": heard, "documents": told})


class Site(State):
    """The tenant's site data as last changed."""

    site: dict[str, Any]


CODEC = RecordCodec({
    "person": Person, "alias": Lead, "account": Lead, "order": Lead, "visit": Visit, "encounter": Encounter, "version": Version,
    "document": Document, "held": Held, "waiting": Waiting, "story": Story, "pages": Pages, "seen": Seen, "part": Part, "feeds": Feeds,
    "site": Site, "copy": Lead, "parts": Parts,
    "days": Days, "merged": Merged, "moved": Moved, "awaiting": Awaiting, "staff": Staff, "past": Past, "carried": Carried, **agenda.MODELS,
})  # fmt: skip

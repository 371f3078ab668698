"""Every topic: who alone writes it, what its key is, how long it is kept (DESIGN §1).  `opencdi topics apply` makes them."""

from dataclasses import dataclass
from typing import Literal

KeyKind = Literal["tenant", "encounter", "room", "state", "input"]
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A named log.  `keyed_by` says what the key means; `retention_days` None means the legal record: never deleted by us."""

    name: str
    writer: str
    keyed_by: KeyKind
    content_type: str
    retention_days: int | None
    about: str
    compacted: bool = False


NDJSON = "application/x-ndjson"
JSON = "application/json"
BYTES = "application/octet-stream"

INBOUND = Topic("cdi.inbound.v1", "gateway", "tenant", BYTES, None, "everything that ever came in, bytes as received")
CHART = Topic("cdi.chart.v1", "intake", "encounter", NDJSON, None, "facts about encounters, notes in full")
FINDINGS = Topic("cdi.findings.v1", "nlp", "encounter", NDJSON, 90, "+ what the notes say")
CODING = Topic("cdi.coding.v1", "coding", "encounter", NDJSON, 90, "+ working codes and DRG")
QUERIES = Topic("cdi.queries.v1", "queries", "encounter", NDJSON, 90, "+ questions and their moves")
OUTCOMES = Topic("cdi.outcomes.v1", "intake", "tenant", JSON, 90, "which of the five ways each message ended")
DRG_CHANGES = Topic("cdi.drg-changes.v1", "coding", "encounter", JSON, 3650, "DrgChanged, for dashboards; money inside")
QUERY_ALERTS = Topic("cdi.query-alerts.v1", "queries", "encounter", JSON, 3650, "QueryAlert, for CDI specialists; internal half")
PROVIDER_QUERIES = Topic("cdi.provider-queries.v1", "queries", "encounter", JSON, 3650, "ProviderQuery, for physicians; no field for money")
FINAL = Topic("cdi.final.v1", "finalize", "encounter", JSON, 3650, "FinalCodeSet, for coders and billing")
ALARMS = Topic("cdi.alarms.v1", "supervisor", "room", JSON, 90, "what was suspended or stopped, and why")

ROOMS = ("gateway", "intake", "nlp", "coding", "queries", "finalize")
STATEFUL_ROOMS = ("intake", "nlp", "coding", "queries", "finalize")


def dead_letters(room: str) -> Topic:
    """Where a room puts a copy of what it could not use."""
    return Topic(f"cdi.dead.{room}.v1", room, "input", BYTES, 90, f"what {room} could not use: the bytes, entry id, reason code")


def changelog(room: str) -> Topic:
    """Where a room's state lives on Kafka: compacted, and with it the position it reflects."""
    return Topic(f"cdi-{room}-changelog", room, "state", BYTES, None, f"encoded state of {room}", compacted=True)


LINE: tuple[Topic, ...] = (INBOUND, CHART, FINDINGS, CODING, QUERIES, FINAL)
TOPICS: tuple[Topic, ...] = (
    INBOUND, CHART, FINDINGS, CODING, QUERIES, OUTCOMES, DRG_CHANGES, QUERY_ALERTS, PROVIDER_QUERIES, FINAL, ALARMS,
    *(dead_letters(room) for room in ROOMS),
)  # fmt: skip

"""The tables of the projection.

Each topic alone writes its own tables, so that the order in which several topics are read never matters; what belongs together is
joined when a page is read.  `doc` columns hold contract models as JSON.  Instants in columns are ISO 8601 in UTC, so that text
sorts as time.  The physician's pages read `PHYSICIAN_TABLES` only: nothing in them could hold money (DOMAIN Q-30).
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, false

METADATA = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, String, primary_key=True)


# --- the projection itself --------------------------------------------------------------------------------------------
PROJECTION = Table(
    "projection", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),  # raised by each new writer: the one before commits nothing more
    Column("seq", Integer, nullable=False),  # raised by each batch: what pages ask "anything new since?" with
    Column("bus", String, nullable=False),
    Column("edition", String, nullable=False),  # drawn at each rebuild: an old page's seq means nothing afterwards
)  # fmt: skip
POSITION = Table(
    "position", METADATA, _key("topic"), Column("part", Integer, primary_key=True, autoincrement=False),
    Column("next", Integer, nullable=False),
)  # fmt: skip
APPLIED = Table(
    "applied", METADATA, _key("tenant"), Column("entry_id", String, nullable=False), Column("received_at", String, nullable=False)
)  # fmt: skip
TOUCHED = Table(
    "touched", METADATA, _key("encounter_id"), Column("seq", Integer, nullable=False, index=True),
    Column("tenant", String, nullable=False),
)  # fmt: skip
UNREADABLE = Table(
    "unreadable", METADATA, _key("topic"), Column("part", Integer, primary_key=True, autoincrement=False),
    Column("pos", Integer, primary_key=True, autoincrement=False), Column("encounter_id", String), Column("reason", String, nullable=False),
)  # fmt: skip

# --- from cdi.chart ---------------------------------------------------------------------------------------------------
ENCOUNTER = Table(
    "encounter", METADATA, _key("encounter_id"), Column("tenant", String, nullable=False, index=True),
    Column("status", String, nullable=False), Column("doc", Text, nullable=False),
)  # fmt: skip
CHART_ITEM = Table(
    "chart_item", METADATA, _key("encounter_id"), _key("kind"), _key("item_id"), Column("at", String, nullable=False),
    Column("known_at", String, nullable=False), Column("entry_id", String, nullable=False), Column("doc", Text, nullable=False),
    Column("earlier", Text, nullable=False),
)  # fmt: skip
NOTE = Table(
    "note", METADATA, _key("encounter_id"), _key("note_id"), Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False), Column("known_at", String, nullable=False), Column("doc", Text, nullable=False),
    Column("text", Text), Column("retracted", Boolean, nullable=False),
)  # fmt: skip

# --- from cdi.queries, the end of the line ----------------------------------------------------------------------------
SITE = Table(
    "site", METADATA, _key("tenant"), Column("entry_id", String, nullable=False), Column("received_at", String, nullable=False),
    Column("doc", Text, nullable=False),
)  # fmt: skip
FEED = Table("feed", METADATA, _key("tenant"), _key("feed"), Column("heard_at", String, nullable=False))
LINE = Table(
    "line", METADATA, _key("encounter_id"), Column("entry_id", String, nullable=False), Column("received_at", String, nullable=False),
    Column("coding", Text), Column("drg", Text), Column("no_drg", String),
)  # fmt: skip
READING = Table(
    "reading", METADATA, _key("encounter_id"), _key("note_id"), Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("doc", Text, nullable=False),
)  # fmt: skip
QUERY_MOVE = Table(
    "query_move", METADATA, _key("entry_id"), Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("encounter_id", String, nullable=False, index=True), Column("doc", Text, nullable=False),
)  # fmt: skip
# What the record meets whether or not anybody is asked; gone where its evidence was corrected.
NOTICED = Table("noticed", METADATA, _key("encounter_id"), _key("name"), Column("doc", Text, nullable=False))
RULE_SUSPENDED = "RULE_SUSPENDED"
"""The reason of a row that names a rule (in the place of the entry) which the room of questions cannot judge on this stay."""
FAILED = Table(
    "failed", METADATA, _key("encounter_id"), _key("entry_id"), Column("room", String, nullable=False),
    Column("reason", String, nullable=False), Column("at_field", String, nullable=False),
)  # fmt: skip
# A decision that reached no chart has no entry here: that one row comes from cdi.outcomes, and no other topic writes it.
SETTLED = Table(
    "settled", METADATA, _key("decision_id"), Column("query_id", String), Column("refused", String),
    Column("entry_id", String, nullable=False),
)  # fmt: skip

# --- from the audience topics -----------------------------------------------------------------------------------------
DRG_CHANGE = Table(
    "drg_change", METADATA, _key("encounter_id"), Column("nth", Integer, primary_key=True, autoincrement=False),
    Column("doc", Text, nullable=False),
)  # fmt: skip
QUERY = Table(
    "query", METADATA, _key("query_id"), Column("encounter_id", String, nullable=False, index=True),
    Column("state", String, nullable=False), Column("priority", Float, nullable=False), Column("doc", Text, nullable=False),
    Column("wording", Text), Column("opened_at", String, nullable=False),
)  # fmt: skip
FINAL_SET = Table(
    "final_set", METADATA, _key("encounter_id"), Column("nth", Integer, primary_key=True, autoincrement=False),
    Column("doc", Text, nullable=False),
)  # fmt: skip
# What the gate refused (outcome `refused`) comes from the gateway's dead letters, every other outcome from cdi.outcomes.
OUTCOME_COUNT = Table(
    "outcome_count", METADATA, _key("tenant"), _key("outcome"), _key("reason"), Column("messages", Integer, nullable=False)
)  # fmt: skip
# What came in a quarter of an hour by feed and outcome.  `slot` is the quarter of the week: a later week takes an earlier one's place.
FEED_QUARTER = Table(
    "feed_quarter", METADATA, _key("tenant"), _key("feed"), _key("outcome"), Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("begins_at", String, nullable=False), Column("first_at", String, nullable=False), Column("last_at", String, nullable=False),
    Column("messages", Integer, nullable=False),
)  # fmt: skip
# `tenant` "": its bytes tell nobody whose it is.  Where it lies on the bus is its key, its bytes stay there.  `tried`: a second try ended.
DEAD_LETTER = Table(
    "dead_letter", METADATA, _key("room"), Column("part", Integer, primary_key=True, autoincrement=False),
    Column("pos", Integer, primary_key=True, autoincrement=False), Column("tenant", String, nullable=False),
    Column("entry_id", String, nullable=False, index=True), Column("message_id", String, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("at_field", String, nullable=False), Column("feed", String, nullable=False), Column("received_at", String, nullable=False),
    Column("message_type", String, nullable=False), Column("bytes", Integer, nullable=False), Column("replays", String),
    Column("tried", Boolean, nullable=False, server_default=false()),
    Index("ix_dead_letter_listed", "tenant", "tried", "received_at", "room", "part", "pos"),
)  # fmt: skip
# How many letters there are by reason, and of how many of them a second try has ended.
LETTER_COUNT = Table(
    "letter_count", METADATA, _key("tenant"), _key("room"), _key("reason"), Column("letters", Integer, nullable=False),
    Column("tried", Integer, nullable=False),
)  # fmt: skip
SECOND_TRY = Table(
    "second_try", METADATA, _key("tenant"), _key("letter_id"), _key("again_id"), Column("outcome", String, nullable=False),
    Column("reason", String),
)  # fmt: skip
# Codes that no table of the site data knew, as outcomes told: by feed, each message once.
UNMAPPED_CODE = Table(
    "unmapped_code", METADATA, _key("tenant"), _key("feed"), _key("site_table"), _key("code"), Column("text", String, nullable=False),
    Column("messages", Integer, nullable=False), Column("first_at", String, nullable=False), Column("last_at", String, nullable=False),
)  # fmt: skip

# --- the physician's half: written from cdi.provider-queries and, for who the patient is, cdi.chart -------------------
PROVIDER_QUERY = Table(
    "provider_query", METADATA, _key("query_id"), Column("encounter_id", String, nullable=False),
    Column("tenant", String, nullable=False), Column("staff_id", String, nullable=False, index=True),
    Column("state", String, nullable=False), Column("created_at", String, nullable=False), Column("doc", Text, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()), Column("sending", String, nullable=False, server_default=""),
)  # fmt: skip
# What receipts told of handing a question to a physician, sending by sending ("": whom, or which, was not told).  One that is held is his
# from `delivered_at` on; what names no sending is of the one that stood then.
DELIVERY = Table(
    "delivery", METADATA, _key("query_id"), _key("staff_id"), _key("sending"), Column("encounter_id", String, nullable=False),
    Column("delivered_at", String), Column("doc", Text, nullable=False),
)  # fmt: skip
PROVIDER_PATIENT = Table("provider_patient", METADATA, _key("encounter_id"), Column("doc", Text, nullable=False))

# --- written by the pages, kept through a rebuild: what the gateway has taken, and who opened what -------------------------------
SENT_DECISION = Table(
    "sent_decision", METADATA, _key("decision_id"), Column("encounter_id", String, nullable=False), Column("query_id", String),
    Column("kind", String, nullable=False), Column("by_staff_id", String, nullable=False),
)  # fmt: skip
# Who looked at what a dead letter holds, or had it tried again: a row a deed, never deleted (45 CFR 164.312(b)).  `once` names the
# letter of a second try: there can be one.
LETTER_DEED = Table(
    "letter_deed", METADATA, Column("id", Integer, primary_key=True), Column("tenant", String, nullable=False),
    Column("room", String, nullable=False), Column("entry_id", String, nullable=False), Column("kind", String, nullable=False),
    Column("by_staff_id", String, nullable=False), Column("by_name", String, nullable=False), Column("at", String, nullable=False),
    Column("once", String, unique=True), Column("again_id", String), Index("ix_letter_deed_letter", "tenant", "room", "entry_id"),
)  # fmt: skip
# What the ledger has decided, written before it is sent (DESIGN §2): one row a receipt, whose id is made of what it says.
DELIVERY_INTENDED = Table(
    "delivery_intended", METADATA, _key("receipt_id"), Column("tenant", String, nullable=False), Column("query_id", String, nullable=False),
    Column("encounter_id", String, nullable=False), Column("staff_id", String, nullable=False), Column("status", String, nullable=False),
    Column("at", String, nullable=False), Column("until", String), Column("because", String),
    Column("sent", Boolean, nullable=False, server_default=false()), Column("sending", String, nullable=False, server_default=""),
    Index("ix_delivery_intended_waiting", "tenant", "status", "sent"),
)  # fmt: skip
SENT_MAPPING = Table(
    "sent_mapping", METADATA, _key("tenant"), _key("site_table"), _key("code"), Column("meaning", String),
    Column("mapping_id", String, nullable=False), Column("by_staff_id", String, nullable=False), Column("by_name", String, nullable=False),
)  # fmt: skip

PHYSICIAN_TABLES = (PROVIDER_QUERY, DELIVERY, PROVIDER_PATIENT, SENT_DECISION, SETTLED, APPLIED, PROJECTION, TOUCHED)
KEPT_THROUGH_REBUILD = (DELIVERY_INTENDED, SENT_DECISION, SENT_MAPPING, LETTER_DEED, PROJECTION)

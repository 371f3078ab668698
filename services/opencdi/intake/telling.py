"""What a message said becomes entries: one per encounter that it concerns, live or as history (DESIGN §1, DOMAIN F.18)."""

from collections.abc import Iterator

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.bus.room import Key, Outgoing
from opencdi.events.entry import Entry, Envelope, headers_of
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.people import Decision
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART
from opencdi.intake.desk import Desk, Said
from opencdi.intake.identity import current, identified
from opencdi.intake.memory import Encounter, Pages, Story
from opencdi.intake.stories import story_of, told_in

EVENT = "cdi.chart.entry"
_MOST_FACTS = 1000
_MOST_CHARACTERS = 1_000_000  # of notes' texts
_MOST_BYTES = MAX_RECORD_BYTES - 65_536  # as an entry, and as intake remembers it: its facts as text in JSON may be twice as long


def entries_of(desk: Desk, inbound: Inbound) -> Iterator[Outgoing]:
    """The entries, in the order in which the message spoke of their encounters; each is remembered, to be told again where that moves."""
    ordinal = 0
    for encounter_id, said in desk.said.items():
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is not None and not (encounter.into or encounter.closed) and f"pages/{encounter_id}" not in desk.states:
            _introduce(desk, said, encounter)
        history = _is_history(desk, encounter_id, encounter)
        pieces = list(_in_pieces(said if history else _caught_up(desk, encounter_id, said)))
        for nth, piece in enumerate(pieces, 1):
            patient_id = encounter.patient_id if encounter else None
            more = nth < len(pieces) if len(pieces) > 1 else None
            pages = {"facts": _facts_page(piece, patient_id=patient_id, more=more)}
            if piece.texts and not history:
                pages["texts"] = TextsPage(texts=piece.texts).to_json()
            if 2 * len(pages["facts"]) + len(pages.get("texts", b"")) > _MOST_BYTES:
                raise Unusable("TOO_LARGE", "facts")
            envelope = Envelope(
                entry_id=f"{inbound.ce_id}-{ordinal}",
                kind="history" if history else "entry",
                tenant=inbound.tenant,
                received_at=inbound.received_at,
                source=inbound.feed,
                encounter_id=encounter_id,
                replays=inbound.replays,
                pages=tuple(pages),
            )
            entry = Entry(envelope, tuple(pages.values()))
            if not (encounter and encounter.into):
                _remember(desk, encounter_id, entry.pages[0], piece, history=history)
            yield Outgoing(CHART, Key(encounter_id), entry.encode(), headers_of(entry, event_type=EVENT, source="intake"))
            ordinal += 1


def _introduce(desk: Desk, said: Said, encounter: Encounter) -> None:
    """The first word about a stay says whose it is, whatever it is: a cancel may have come before, and waited."""
    if all(fact.kind != "patient_identified" for fact in said.facts):
        fact = identified(desk, current(desk, encounter.patient_id))
        said.facts.insert(0, fact)
        said.encoded.insert(0, fact.to_json())
        said.under.insert(0, "")


def _in_pieces(said: Said) -> Iterator[Said]:
    """A transaction of ten thousand results, or a stay that moves with all its notes, is several entries: no record may be too large.

    Decisions, which are told last, stay with the last of the facts: they are about what is asked when all has been read.
    """
    if len(said.facts) <= _MOST_FACTS and sum(map(len, said.texts.values())) <= _MOST_CHARACTERS:
        yield said
        return
    piece, characters = Said(moved_from=said.moved_from), 0
    for fact, encoded, under in zip(said.facts, said.encoded, said.under, strict=True):
        text = said.texts.get(fact.note_id) if fact.kind == "note_filed" else None
        full = len(piece.facts) >= _MOST_FACTS and not isinstance(fact, Decision)
        if full or (piece.facts and text and characters + len(text) > _MOST_CHARACTERS):
            yield piece
            piece, characters = Said(moved_from=said.moved_from), 0
        piece.add(fact, text, encoded, under)
        characters += len(text or "")
    yield piece


def _facts_page(piece: Said, *, patient_id: str | None, more: bool | None) -> bytes:
    """The page of facts that are encoded already: each was, to be compared with what was said before."""
    rest = FactsPage(patient_id=patient_id, moved_from=tuple(piece.moved_from), more=more).to_json()
    return rest.replace(b'"facts":[]', b'"facts":[' + b",".join(piece.encoded) + b"]", 1)


def _is_history(desk: Desk, encounter_id: str, encounter: Encounter | None) -> bool:
    """What was sent afterwards, and all about a stay that was over before we went live: nobody is asked about it any more."""
    if encounter is None:
        return desk.context.backload
    over = encounter.discharged_at is not None or encounter.cancelled
    pages = desk.get(f"pages/{encounter_id}", Pages) or Pages()
    if desk.anew:
        return bool(pages.history) or (encounter.history and over)
    never_live = len(pages.history) == pages.count
    if desk.context.backload and over and never_live and not encounter.history:
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"history": True})
    return desk.context.backload or (encounter.history and over)


def _caught_up(desk: Desk, encounter_id: str, said: Said) -> Said:
    """The first live word about a stay that began as history brings what came before it: the rooms that ask and code have not heard it."""
    pages = desk.get(f"pages/{encounter_id}", Pages)
    if pages is None or not pages.history:
        return said
    whole = Said(moved_from=said.moved_from)
    for nth in pages.history:
        story = desk.get(f"story/{encounter_id}/{nth}", Story)
        if story is not None:
            for fact, text, under in told_in(story):
                whole.add(fact, text, under=under)
            del desk.states[f"story/{encounter_id}/{nth}"]
    desk.states[f"pages/{encounter_id}"] = Pages(count=pages.count)
    for fact, encoded, under in zip(said.facts, said.encoded, said.under, strict=True):
        whole.add(fact, said.texts.get(fact.note_id) if fact.kind == "note_filed" else None, encoded, under)
    return whole


def _remember(desk: Desk, encounter_id: str, page: bytes, piece: Said, *, history: bool) -> None:
    pages = desk.get(f"pages/{encounter_id}", Pages) or Pages()
    desk.states[f"story/{encounter_id}/{pages.count}"] = story_of(page, piece)
    untold = (*pages.history, pages.count) if history else pages.history
    desk.states[f"pages/{encounter_id}"] = Pages(count=pages.count + 1, history=untold)

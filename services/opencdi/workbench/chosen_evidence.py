"""The evidence that a specialist chooses for a question of her own: results, and words of a note exactly as written (Q-02; pure)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from opencdi.clinical.paper import analyte_on_paper
from opencdi.events.facts import MeasurementResulted
from opencdi.events.people import EvidenceChosen
from opencdi.events.wording import RECORD_BY_SOURCE, source_of
from opencdi.store.encounters import Item, NoteOnChart
from opencdi.workbench.on_paper import result_on_paper

MOST = 40
"""So many results are offered, the newest."""
QUOTES = range(3)


def offered(items: Iterable[Item]) -> list[MeasurementResulted]:
    """The results that may be chosen: the newest of those that stand."""
    facts = (item.fact for item in items)
    results = [one for one in facts if isinstance(one, MeasurementResulted) and not one.problem and one.status != "withdrawn"]
    return sorted(results, key=lambda one: one.taken_at.at, reverse=True)[:MOST]


def current(notes: Iterable[NoteOnChart]) -> list[NoteOnChart]:
    """Each note as it reads now: the newest revision comes first; one that was retracted is none."""
    newest: dict[str, NoteOnChart] = {}
    for one in notes:
        newest.setdefault(one.note.note_id, one)
    return [one for one in newest.values() if not one.retracted]


def evidence_of(form: dict[str, str], items: Iterable[Item], notes: Iterable[NoteOnChart]) -> Iterator[EvidenceChosen]:
    """What the form names of this chart; raises `ValueError` for words that no such note has."""
    for fact in offered(items):
        if shown_as := form.get(f"result-{fact.measurement_id}"):
            yield _of_result(fact, shown_as)
    note_by_id = {one.note.note_id: one for one in current(notes)}
    for nth in QUOTES:
        if quote := " ".join(form.get(f"quote-{nth}", "").split()):
            yield _of_words(quote, note_by_id.get(form.get(f"note-{nth}", "")), form.get(f"as-{nth}", "indicator"))


def _of_result(fact: MeasurementResulted, shown_as: Any) -> EvidenceChosen:
    name = analyte_on_paper(fact.analyte) if fact.analyte else fact.code.text or fact.code.code
    author = (fact.performer.name or fact.performer.staff_id) if fact.performer else ""
    return EvidenceChosen(
        text=f"{name} {result_on_paper(fact)}",
        source="result",
        source_id=fact.measurement_id,
        at=fact.taken_at,
        author=author or RECORD_BY_SOURCE["result"],
        shown_as=shown_as,
    )


def _of_words(quote: str, one: NoteOnChart | None, shown_as: Any) -> EvidenceChosen:
    found = re.search(r"\s+".join(map(re.escape, quote.split())), one.text) if one else None  # how it was wrapped says nothing
    if one is None or found is None:
        raise ValueError("These words do not stand in that note. Copy them exactly as they are written.")
    note = one.note
    author = (note.author.name or note.author.staff_id) if note.author else ""
    return EvidenceChosen(
        text=f"“{quote}”",
        source=source_of(note.note_type),
        source_id=f"{note.note_id}@{note.revision}",
        at=note.written_at,
        author=author or "author not told",
        quote=found[0],
        start=found.start(),
        end=found.end(),
        shown_as=shown_as,
    )

"""Which document is the final statement, and whether it is in force (DOMAIN F.11, F.15)."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.knowledge.final_document import Document, filed, final_document, last_of
from opencdi.knowledge.site import SiteData

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
LEFT, SITE = ClinicalTime(NOON), SiteData()
HOME, DIED = "01", "20"


def document(note_id: str, hours: float = 0, note_type: NoteType = "discharge-summary", *, in_force: bool = True) -> Document:
    return Document(note_id=note_id, note_type=note_type, written_at=ClinicalTime(NOON + timedelta(hours=hours)), in_force=in_force)


def final(*documents: Document, last: Document | None = None, left: ClinicalTime | None = LEFT, disposition: str = HOME) -> str | None:
    found = final_document(documents, last, left, disposition, SITE)
    return found.note_id if found else None


def test_the_newest_signed_summary() -> None:
    assert final(document("a"), document("b", 2), document("c", 4, in_force=False)) == "b"


def test_none_while_it_is_not_signed_or_the_patient_is_here() -> None:
    assert final(document("a", in_force=False)) is None
    assert final(document("a", in_force=False), last=document("n", 0, "progress"), disposition=DIED) is None, "it will come"
    assert final(document("a"), left=None) is None
    assert final() is None


@pytest.mark.parametrize(("hours", "disposition", "note"), [(-2, DIED, "n"), (6, DIED, "n"), (-20, DIED, None), (-2, HOME, None)])
def test_after_a_death_the_last_note_of_the_day_stands_in(hours: float, disposition: str, note: str | None) -> None:
    assert final(last=document("n", hours, "progress"), disposition=disposition) == note


DOCUMENTS = st.lists(st.builds(document, st.sampled_from("abcd"), st.integers(0, 9), in_force=st.booleans()), max_size=8)


@given(DOCUMENTS, st.randoms())
def test_whatever_order_summaries_come_in_the_same_is_final(told: list[Document], dice: Random) -> None:
    once = list({one.note_id: one for one in told}.values())
    dice.shuffle(once)
    kept: tuple[Document, ...] = ()
    for one in once:
        kept = filed(kept, one, kept=True)
    signed = [one for one in once if one.in_force]
    newest = max(signed, key=lambda one: (one.written_at.at, one.note_id), default=None)
    assert final(*kept) == (newest.note_id if newest else None)


def test_what_is_taken_back_is_filed_no_more_and_is_nobodys_last_word() -> None:
    assert filed((document("a"), document("b")), document("a"), kept=False) == (document("b"),)
    assert last_of(document("a"), document("b", -1), speaks=True) == document("a")
    assert last_of(document("a"), document("b", 1), speaks=True) == document("b", 1)
    assert last_of(document("a"), document("a", in_force=False), speaks=False) is None

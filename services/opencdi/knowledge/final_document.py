"""The final diagnostic statement of a stay: which document it is, and whether it is in force (DOMAIN F.11, F.15)."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.knowledge.site import SiteData


class Document(BaseModel):
    """A document on which the end of a stay depends.  `in_force`: signed by whom it takes to sign it (DOMAIN F.6)."""

    model_config = ConfigDict(frozen=True)

    note_id: str
    note_type: NoteType
    written_at: ClinicalTime
    in_force: bool


def filed(documents: tuple[Document, ...], document: Document, *, kept: bool) -> tuple[Document, ...]:
    """The documents once this one is filed, signed or replaced; not `kept`: it was retracted, or is none of these any more."""
    others = tuple(known for known in documents if known.note_id != document.note_id)
    return (*others, document) if kept else others


def last_of(last: Document | None, document: Document, *, speaks: bool) -> Document | None:
    """A stay's last note by a provider once this one is read; `speaks`: an authenticated provider's, and not retracted."""
    if speaks and (last is None or last.written_at.at <= document.written_at.at):
        return document
    return None if last is not None and last.note_id == document.note_id else last


def stands_in(written: ClinicalTime, left: ClinicalTime | None, disposition: str | None, site: SiteData) -> bool:
    """Whether no summary need come: after a death or a transfer a provider's note will do that was not written before that day."""
    if left is None or disposition not in site.summary_substitute_for:
        return False
    zone = ZoneInfo(site.timezone)
    return written.at.astimezone(zone).date() >= left.at.astimezone(zone).date()


def final_document(
    documents: Iterable[Document], last: Document | None, left: ClinicalTime | None, disposition: str | None, site: SiteData
) -> Document | None:
    """The document that states the diagnoses at the end, in force: the newest signed summary, else the note that stands in for one.

    A summary that is filed and not signed is waited for; none is final while the patient is still here.
    """
    summaries = [one for one in documents if one.note_type == "discharge-summary"]
    if left is None:
        return None
    if summaries:
        return max((one for one in summaries if one.in_force), key=lambda one: (one.written_at.at, one.note_id), default=None)
    return last if last is not None and stands_in(last.written_at, left, disposition, site) else None

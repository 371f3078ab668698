"""What a coder still waits for before the set can be attested (DOMAIN F.15)."""

from collections.abc import Iterator

from opencdi.finalize.stay import Stay
from opencdi.knowledge.final_document import stands_in
from opencdi.knowledge.site import SiteData

SUMMARY = "discharge summary"
_TITLE = {"discharge-summary": SUMMARY, "operative": "operative report", "pathology": "pathology report"}


def _awaited(stay: Stay, site: SiteData) -> Iterator[str]:
    signed = [document.note_type for document in stay.documents if document.in_force]
    summary_filed = any(document.note_type == "discharge-summary" for document in stay.documents)
    last = stay.last_note
    if not summary_filed and not (last and stands_in(last.written_at, stay.discharged_at, stay.disposition, site)):
        yield SUMMARY
    for document in stay.documents:
        if not document.in_force and not (document.note_type == "discharge-summary" and "discharge-summary" in signed):
            yield f"signature on {_TITLE[document.note_type]}"
    if len(stay.pathology_orders) > sum(document.note_type == "pathology" for document in stay.documents):
        yield _TITLE["pathology"]
    for room in stay.unread.values():
        yield f"an entry that {room} could not read"


def waiting_for(stay: Stay, site: SiteData) -> tuple[str, ...]:
    """What is missing, by name; a summary cannot be waived, a pending report can."""
    missing = dict.fromkeys(_awaited(stay, site))  # each once, in order
    return tuple(name for name in missing if name.endswith(SUMMARY) or name not in stay.waived)

"""A specialist's new words for a draft: what of the form differs from the words as they stand (pure)."""

from collections.abc import Mapping

from opencdi.events.audiences import QueryWording

OPTION = "option-"
"""Prefix of the form's field for an option's text; its id follows."""


def edits_of(form: Mapping[str, str], wording: QueryWording) -> dict[str, object]:
    """The fields of a `QueryEdited` that this form changes; empty where it changes nothing."""
    told: dict[str, object] = {}
    for name in ("title", "why", "question"):
        said = _said(form.get(name))
        if said and said != getattr(wording, name):
            told[name] = said
    options = {
        option.option_id: said for option in wording.options if (said := _said(form.get(OPTION + option.option_id))) and said != option.text
    }
    return told | ({"options": options} if options else {})


def _said(text: str | None) -> str:
    return " ".join((text or "").split())

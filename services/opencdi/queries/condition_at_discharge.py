"""Conditions on how the documentation of a stay ends: what was said and dropped, answered and not charted, suspected and left so (B77).

`opencdi.queries.at_discharge` holds what each of them means.
"""

from typing import Literal

from pydantic import Field

from opencdi.clinical.vocabulary import Certainty
from opencdi.queries.form import Form


class Dropped(Form):
    """A provider documented it and then no more: the final summary does not name it, or it stands in one note and never again (D-55).

    `once`: what stands in one note alone, and the progress notes after it have not named, even before the summary comes.  `said_by`:
    concepts that say the same, or more; where one of them is documented afterwards, nothing was dropped.
    """

    kind: Literal["dropped"]
    concepts: tuple[str, ...] = Field(min_length=1)
    once: bool = False
    said_by: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AnsweredNotCharted(Form):
    """A provider answered a question of ours with a diagnosis, and the final document, written afterwards, does not tell it (F.9)."""

    kind: Literal["answered-not-charted"]


class LeftUncertain(Form):
    """The last that providers say of it in their own words is that it may be so; in so many notes, first impressions not counted.

    `final`: the final document itself says so; else it says nothing of it, and nobody settled it before.
    """

    kind: Literal["left-uncertain"]
    concepts: tuple[str, ...] = Field(min_length=1)
    certainty: tuple[Certainty, ...] = ("probable", "possible", "unlikely")
    final: bool = False
    notes: int = Field(default=1, ge=1)
    said_by: dict[str, tuple[str, ...]] = Field(default_factory=dict)

"""Conditions on how the documentation of a stay ends: what was said and dropped, answered and not charted, suspected and left so (B77).

`opencdi.queries.at_discharge` holds what each of them means.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from opencdi.clinical.vocabulary import Certainty
from opencdi.queries.form import Form


class _OfEach(Form):
    """Looked for of each of these concepts.  `said_by`: other concepts that say the same of one, or more: where a provider documents or
    denies one of them afterwards, nothing is open."""

    concepts: tuple[str, ...] = Field(min_length=1)
    said_by: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _of_these(self) -> Self:
        if others := self.said_by.keys() - set(self.concepts):
            raise ValueError(f"said_by tells of {min(others)}, which is not among the concepts")
        return self


class Dropped(_OfEach):
    """A provider documented it and then no more: the final summary does not name it (D-55).

    `once`: what stands in one note alone, and the progress notes after it have not named, even before the summary comes.
    """

    kind: Literal["dropped"]
    once: bool = False


class AnsweredNotCharted(Form):
    """A provider answered a question of ours with a diagnosis, and the final document, written afterwards, does not tell it (F.9).

    Where the bill is about to drop, also one that no note tells by then: no summary has come, or it was written before (B77, F.15).
    """

    kind: Literal["answered-not-charted"]


class LeftUncertain(_OfEach):
    """The last that providers say of it in their own words is that it may be so; in so many notes, first impressions not counted.

    `final`: the final document itself says so; else it says nothing of it, and nobody settled it before.
    """

    kind: Literal["left-uncertain"]
    certainty: tuple[Certainty, ...] = ("probable", "possible", "unlikely")
    final: bool = False
    notes: int = Field(default=1, ge=1)

"""Answers that did not count."""

from datetime import datetime
from typing import Literal

from opencdi.events.contract import Contract
from opencdi.events.people import Person

Standing = Literal["held", "stale", "after-another", "too-late"]


class AnswerKept(Contract):
    """An answer that did not count and is not lost: it stands beside the question as also said, for CDI.

    `why`: `held`, from a provider of the care team whom the question was not put to; `stale`, to other words than the question has now;
    `after-another`, the first in order of arrival having won; `too-late`, the question being over.
    """

    decision_id: str
    actor: Person
    at: datetime
    why: Standing
    option_id: str | None = None
    option_text: str = ""  # as the question offers it now; "" where it does not any more
    free_text: str = ""

"""What changes in a question that a physician sees in other words, or that is put to one (DESIGN §2)."""

from datetime import datetime
from typing import Any

from opencdi.queries import gate


def shown(words: gate.Passed) -> dict[str, Any]:
    """The physician who has it sees it in these words."""
    return {"wording": words.wording, "gate": words.report, "passed": words}


def sent_as(words: gate.Passed, at: datetime) -> dict[str, Any]:
    """It is put to a physician in these words: to him it has not been handed over yet, even where he has had it before."""
    return {**shown(words), "sending": at, "handed_over": None}

"""What the findings of a note tell of one another: what an old operation dealt with, what is only recalled, what stands among dangers."""

from opencdi.events.reading import Finding
from opencdi.nlp.around import Cued
from opencdi.nlp.listed import listed_dangers
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.operated import dealt_with
from opencdi.nlp.past import Times
from opencdi.nlp.recalled import recalled


def taken_together(said: Cued, mentions: list[Mentioned], findings: list[Finding], times: Times) -> None:
    """Changes the findings that others put into the past or among dangers.  `findings`: of each mention, in their order."""
    for at in (*dealt_with(said, mentions, findings, times), *recalled(said.words, mentions, findings, times)):
        findings[at] = findings[at].model_copy(update={"temporality": "historical", "active": "no"})
    for at in listed_dangers(said, mentions, findings):
        findings[at] = findings[at].model_copy(update={"temporality": "hypothetical", "active": "no"})

"""Since when something is on a list where its line has no date (DG1-5, PR1-5): since it was first told.

Registration tells a stay's diagnoses again with every snapshot.  An empty date changes nothing (DOMAIN F.4): a date that was told once
stands until another is told, and without any the first word on the line is its date, in whatever order the words come.
"""

from opencdi.events.facts import DiagnosisListed, ProcedureRecorded
from opencdi.events.pages import FactsPage
from opencdi.intake.memory import Version
from opencdi.intake.told import Item

Line = DiagnosisListed | ProcedureRecorded


def stands(before: Version | None, line: Line, item: Item) -> tuple[Line, tuple[str, ...]]:
    """What stands of the line after this word, and the order of the word that dated it (empty: none has)."""
    dated = () if item.undated else item.order
    told = FactsPage.read(before.line).facts[0] if before is not None and before.line else None
    if before is None or not isinstance(told, DiagnosisListed | ProcedureRecorded):
        return line, dated
    if dated and dated >= before.dated:
        at = line.at
    elif before.dated:
        at, dated = told.at, before.dated
    else:
        at = min(line.at, told.at, key=lambda time: time.at)
    return (line if item.order >= before.order else told).model_copy(update={"at": at}), dated


def in_stay(key: str, encounter_id: str) -> str:
    """The record of a line that is named by what it says, in that stay: whatever message tells it, with a visit's number or without."""
    return f"{key}@{encounter_id}"


def remembered(line: Line) -> str:
    """The line as `Version` keeps it."""
    return FactsPage(facts=(line,)).to_json().decode()

"""A rule's question must be able to end: by what a note will say, or by its `when`, which holds no more."""

from collections.abc import Iterator

from opencdi.knowledge.tables import read_table
from opencdi.knowledge.yaml_places import Place, place_of, unknown_word
from opencdi.queries.condition import AllOf, AnyOf, Condition, Stated, Without
from opencdi.queries.feed_conditions import Coded, Conflicting, ProcedureLeftOpen
from opencdi.queries.rule import RuleFile
from opencdi.settings import rules_dir


def wrong_settling(file: RuleFile) -> Iterator[tuple[Place, str]]:
    """Nothing that would satisfy it, where a value that stays a fact would hold the question open for ever."""
    rule = file.rule
    if rule.satisfied_by or rule.told_to == "cdi":
        return
    if not rule.stands_by_itself or (rule.type == "unspecific" and not _ended_by_words(rule.when)):
        yield ("satisfied_by",), "what documentation would satisfy?"


def _ended_by_words(condition: Condition) -> bool:
    """Whether what a provider writes later can end it."""
    match condition:
        case AllOf():
            return any(map(_ended_by_words, condition.of))
        case AnyOf():
            return all(map(_ended_by_words, condition.of))
        case Without():
            return _ended_by_words(condition.of)
        case Stated():
            return bool(condition.lacking or condition.standing)
        case _:
            return isinstance(condition, Coded | Conflicting | ProcedureLeftOpen)


def wrong_procedures(file: RuleFile) -> Iterator[tuple[Place, str]]:
    """Procedures that coding does not know, and what it never asks of one."""
    asked = [condition for condition in file.rule.conditions() if isinstance(condition, ProcedureLeftOpen)]
    if not asked:
        return
    table = read_table(rules_dir() / "coding" / "procedures.yaml")
    procedures, attributes = {*table["codes"], "ventilation", "noninvasive-ventilation", "high-flow"}, set(table["asks"])
    for condition in asked:
        for what, names, known in (
            ("procedure", condition.procedures, procedures),
            ("attribute", (*condition.lacking, *condition.told), attributes),
        ):
            yield from ((place_of(file.told, name), unknown_word(what, name, known)) for name in names if name not in known)

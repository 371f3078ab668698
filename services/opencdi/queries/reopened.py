"""What a question that was opened again rests on, which nobody judges while the note that settled it stands (DOMAIN E.2, F.5)."""

from opencdi.queries.casework import Casework
from opencdi.queries.evidence import Cited
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule


def has_lost_its_ground(work: Casework, rule: Rule, query: Query) -> bool:
    """Whether evidence of it was corrected or taken back just now; a note's new revision that says the same takes nothing back."""
    corrected = {_source(one) for one in work.records.corrected}
    rested = {(_source(source_id), at, text) for source_id, at, text in query.sources if _source(source_id) in corrected}
    return bool(rested) and not rested <= _written_now(work, rule)


def _written_now(work: Casework, rule: Rule) -> set[tuple[str, object, str]]:
    """What notes as they read now say of the matter, and the numbers in them."""
    chart = work.records.chart()
    said = [mention for concept in rule.concepts() for mention in chart.mentions(concept) if not mention.ruled_out]
    numbers = [number for analyte in work.records.inputs.written for number in chart.written(analyte)]
    cited = (*(Cited("", one) for one in said), *(Cited("", one) for one in numbers))
    return {(_source(one.indicator.source_id), one.indicator.at.at, one.indicator.text) for one in cited}


def _source(source_id: str) -> str:
    return source_id.partition("@")[0]  # a note, whatever its revision

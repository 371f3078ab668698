"""Context of a mention: is it there, is it sure, since when, is it the patient's (after ConText: Harkema, Chapman 2009).

Every cue of the sentence that reaches the mention is weighed; absent wins over possible.  `active`, "present at any time in this
encounter", is ours and alone decides coding (DESIGN §6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from opencdi.clinical.vocabulary import Active, Assertion, Certainty, Experiencer, SectionKind, Temporality
from opencdi.nlp.around import Cued, Hit, Mention, surroundings
from opencdi.nlp.experiencer import whose
from opencdi.nlp.foretold import there_for_all_that
from opencdi.nlp.onset import onset_of, tells_of_today
from opencdi.nlp.reach import reaches, reaches_item

_DOUBT: Final[dict[Certainty, int]] = {"ruled-out": 0, "unlikely": 1, "possible": 2, "probable": 3, "certain": 4}


@dataclass(init=False, slots=True)
class Context:  # nobody changes one
    """The judgement, with the cue that decided it (as words)."""

    assertion: Assertion
    temporality: Temporality
    active: Active
    certainty: Certainty
    experiencer: Experiencer
    resolved: bool
    cue: tuple[int, int] | None

    def __init__(  # written out, it is compiled: that of a dataclass is not
        self,
        assertion: Assertion,
        temporality: Temporality,
        active: Active,
        certainty: Certainty,
        experiencer: Experiencer,
        *,
        resolved: bool = False,
        cue: tuple[int, int] | None = None,
    ) -> None:
        """Nothing decided it but what is given."""
        self.assertion = assertion
        self.temporality = temporality
        self.active = active
        self.certainty = certainty
        self.experiencer = experiencer
        self.resolved = resolved
        self.cue = cue


def judged(
    text: Cued, sentence: tuple[int, int], mention: Mention, section: SectionKind, announced: Sequence[Hit] = (), past: Hit | None = None
) -> Context:
    """The context of one mention in its sentence, words [begin, stop), and section.

    `announced`: what the line says that announces the list in which it stands; `past`: the event of the past to which it is tied.
    """
    around = surroundings(text, sentence, mention)
    first, last = mention.first, mention.last
    reaching = [
        hit
        for hit in around.hits
        if hit[2].of_findings
        and 0 <= (first - hit[1] if hit[2].stands_before else hit[0] - last) <= hit[2].within  # most are not near enough
        and reaches(hit, around)
        and not tells_of_today(hit, around)
        and not there_for_all_that(hit, around)
    ]
    if announced:
        reaching += [hit for hit in announced if reaches_item(hit, around)]
    if past:
        reaching.append(past)
    if len(reaching) > 1:
        reaching.sort(key=lambda hit: _distance(hit, mention))
    said: dict[str, Hit] = {}
    for hit in reaching:
        said.setdefault(hit[2].makes, hit)

    assertion, certainty, decided = _assertion(reaching, said, mention)
    experiencer, other = whose(around, section)
    onset = onset_of(around, said, section, settled=assertion == "present")
    told = decided or other
    return Context(
        assertion,
        onset.temporality,
        _active(assertion, onset.temporality, experiencer, over=onset.over),
        certainty,
        experiencer,
        resolved=onset.resolved and assertion == "present",
        cue=(told[0], told[1]) if told else onset.cue,
    )


def _distance(hit: Hit, mention: Mention) -> int:
    return max(mention.first - hit[1], hit[0] - mention.last)


def _assertion(reaching: Iterable[Hit], said: dict[str, Hit], mention: Mention) -> tuple[Assertion, Certainty, Hit | None]:
    if not said:  # most mentions
        return ("absent" if mention.denied_by_mark else "present"), "certain", None
    if denied := said.get("absent"):
        # "ruled out" behind a "no" is still a statement about this mention; the strongest certainty of the denials stands.
        grades = [hit[2].certainty for hit in reaching if hit[2].makes == "absent"]
        return "absent", min(grades, key=_DOUBT.__getitem__), denied
    if mention.denied_by_mark:
        return "absent", "certain", None
    doubts = [hit for hit in reaching if hit[2].makes == "possible"]
    if doubts and (disproved := said.get("disproved")):
        return "absent", "ruled-out", disproved
    if doubts and "proved" not in said:
        deciding = min(doubts, key=lambda hit: (_DOUBT[hit[2].certainty], _distance(hit, mention)))
        return "possible", deciding[2].certainty, deciding
    return "present", "certain", None


def _active(assertion: Assertion, temporality: Temporality, experiencer: Experiencer, *, over: bool) -> Active:
    if assertion == "absent" or experiencer == "other" or temporality == "hypothetical" or over:
        return "no"
    return "unknown" if assertion == "possible" else "yes"

"""What the cues leave as here is weighed by all the words around it; what they said stands, and nothing becomes active by it."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.words import word_form, words_of
from opencdi.nlp.around import Mention, cued
from opencdi.nlp.context import Context
from opencdi.nlp.reader import load_reader
from opencdi.nlp.weighed import INSTEAD, NUMBER, PLACES, YEAR, Weights, WrongWeights, assessed, load_weights, named, places, weighed
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
UNWEIGHED = replace(READER, weights=Weights(0, (-1,) * len(INSTEAD), {}, {}, {}))
HERE = Context("present", "current", "yes", "certain", "patient")
HISTORY = "HISTORY OF PRESENT ILLNESS:  The patient is a 54-year-old woman seen for her knee.  "
PLAN = "PLAN:  She will have the operation on Monday.  "
OPEN_TALK = [
    (PLAN + "We also covered <stricture>, leak and hernia, and he still wants to go ahead.", "supposed"),
    (
        HISTORY + "In his twenties he was treated for what was called <colitis>, took sulfasalazine for a year and was well afterward.\n\n"
        "IMPRESSION:  Torn meniscus.",
        "past",
    ),
]
STILL_HERE = [
    "She was brought in this morning with <pneumonia> and is on oxygen.",
    "He does not deny <chest pain>.",
    "The CT shows a <hip fracture>.",
    "Admitted with <sepsis> from the urine.",
    "PAST MEDICAL HISTORY:  <Diverticulosis> on colonoscopy in 2018.",
]


def context_of(marked: str, reader: object = READER) -> Context:
    """Of what stands between < and >."""
    start, end = marked.index("<"), marked.index(">") - 1
    return reader.context_at(marked.replace("<", "").replace(">", ""), start, end)[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("sentence", "instead"), OPEN_TALK)
def test_open_talk_that_no_cue_names_is_not_here(sentence: str, instead: str) -> None:
    told = context_of(sentence)
    assert told.active == "no"
    assert (told.temporality == "historical") == (instead == "past")
    assert (told.temporality == "hypothetical") == (instead == "supposed")
    assert context_of(sentence, UNWEIGHED).active == "yes", "a cue knows it: it shows nothing here"


@pytest.mark.parametrize("sentence", STILL_HERE)
def test_what_is_here_stays_here(sentence: str) -> None:
    assert context_of(sentence).active == "yes"


def test_the_word_that_speaks_most_for_it_is_told() -> None:
    text = "Gossip of sepsis"
    words = words_of(text)
    weights = Weights(
        10,
        (0, 0, 0, 0, 0),
        {"plan": (0, 6, 0, 0, 0)},
        {},
        {"of": {PLACES.index("next"): (0, 5, 0, 0, 0)}, "gossip": {PLACES.index("near"): (0, 9, 0, 0, 0)}},
    )
    told = weighed(HERE, cued(words, READER.cues), (0, 3), Mention(2, 3, "diagnosis"), "plan", weights)
    assert (told.temporality, told.active, told.cue) == ("hypothetical", "no", (0, 1))
    assert weighed(HERE, cued(words, READER.cues), (0, 3), Mention(2, 3, "diagnosis"), "plan", replace(weights, outweighs=21)) == HERE


def test_what_is_mentioned_and_whether_the_assessment_names_it_are_weighed_too() -> None:
    said = cued(words_of("had sepsis"), READER.cues)
    weights = Weights(10, (0,) * 5, {}, {"diagnosis": (2, 0, 0, 0, 0), "sepsis": (3, 0, 0, 0, 0), "diagnosis unnamed": (5, 0, 0, 0, 0)}, {})
    unnamed = Mention(1, 2, "diagnosis", concept="sepsis", named="unnamed")
    assert weighed(HERE, said, (0, 2), unnamed, "history-of-present-illness", weights).temporality == "historical"
    for other in (
        Mention(1, 2, "diagnosis", concept="sepsis", named="named"),
        Mention(1, 2, "diagnosis", concept="pneumonia", named="unnamed"),
        Mention(1, 2, "symptom", concept="sepsis", named="unnamed"),
        Mention(1, 2, "diagnosis", concept="sepsis"),
    ):
        assert weighed(HERE, said, (0, 2), other, "history-of-present-illness", weights) == HERE


def test_a_mention_stands_in_the_assessment_or_is_named_there_or_is_not() -> None:
    history: SectionKind = "history-of-present-illness"
    in_assessment = assessed([history, "plan"], [("sepsis", "plan"), ("pneumonia", history)])
    assert named("sepsis", "plan", in_assessment) == "assessed"
    assert named("sepsis", history, in_assessment) == "named"
    assert named("pneumonia", history, in_assessment) == "unnamed"
    assert named("pneumonia", history, assessed([history], [("pneumonia", history)])) is None


CONTEXTS = st.builds(
    Context,
    st.sampled_from(("present", "absent", "possible")),
    st.sampled_from(("current", "historical", "hypothetical")),
    st.sampled_from(("yes", "no", "unknown")),
    st.just("certain"),
    st.sampled_from(("patient", "other")),
    resolved=st.booleans(),
)


@given(
    context=CONTEXTS,
    weight=st.lists(st.integers(-500, 500), min_size=5, max_size=5),
    chronic=st.booleans(),
    kind=st.sampled_from(("diagnosis", "symptom", "procedure")),
)
def test_nothing_becomes_active_and_what_is_not_active_stays_as_it_is(
    context: Context, weight: list[int], chronic: bool, kind: str
) -> None:
    said = cued(words_of("the sepsis now"), READER.cues)
    told = weighed(context, said, (0, 3), Mention(1, 2, kind, chronic), "plan", Weights(1, tuple(weight), {}, {}, {}))  # type: ignore[arg-type]
    assert told.active == "yes" or told == context or context.active == "yes"
    if context.active != "yes" or chronic or context.resolved or kind == "procedure" or max(weight) < 1:
        assert told == context
    else:
        assert told.active != "yes"


@given(st.lists(st.sampled_from(("had", ",", "(", "fever", "does", "not", "deny")), max_size=60), st.data())
def test_a_word_has_one_place_and_phrases_that_say_nothing_have_none(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words)))
    said = cued(words_of(" ".join([*words[:first], "sepsis", *words[first:]])), READER.cues)
    at = [word for word, _ in places(said, (0, len(words) + 1), first, first + 1)]
    assert len(at) == len(set(at))
    assert not {first, *said.unsaid} & set(at)
    assert all(first - 25 <= word < first + 16 for word in at)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("contexts: [past", "contexts: [gone", "contexts"), ("\n  plan:", "\n  paln:", "paln"), ("next:", "nxet:", "no such place: nxet")],
)
def test_a_table_that_is_wrong_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    written = (rules_dir() / "nlp" / "weights.yaml").read_text(encoding="utf-8")
    assert before in written
    (tmp_path / "weights.yaml").write_text(written.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(WrongWeights, match=said):
        load_weights(tmp_path)


def test_each_word_of_the_table_is_as_a_text_has_it() -> None:
    told = yaml.safe_load((rules_dir() / "nlp" / "weights.yaml").read_text(encoding="utf-8"))
    assert all(word in (YEAR, NUMBER) or word_form(word) == word for word in told["words"])
    rows = [row for of in told["words"].values() for row in of.values()]
    assert all(len(row) == len(INSTEAD) and all(isinstance(weight, int) for weight in row) for row in rows)
    assert len(rows) > 1_000

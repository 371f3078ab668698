"""Our own words are not evidence, however the question comes back; what the provider adds to them is (DOMAIN F.8, F.9)."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import fill
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.audiences import Indicator, Option, QueryWording
from opencdi.events.people import Person
from opencdi.events.wording import RECORD_BY_SOURCE, shown_text, source_of
from opencdi.nlp.own_words import ECHO_SHARE, echo_in, load_own_words
from opencdi.nlp.reader import load_reader
from opencdi.queries.room import rules_path
from opencdi.queries.rule import Rule, load_rules
from opencdi.settings import rules_dir
from opencdi.workbench.evidence import said_together
from opencdi.workbench.moments import clinical_text

READER = load_reader(rules_dir() / "nlp")
OWN = load_own_words(rules_path())
RULES = {rule.condition: rule for rule in load_rules(rules_path())}
AT = ClinicalTime(datetime(2026, 5, 4, 8, 40, tzinfo=UTC), "minute")


def cited(text: str, source: str, author: str, label: str | None = None) -> Indicator:
    return Indicator(text=text, source=source, source_id="s", at=AT, author=author, label=label)


EVERY_SOURCE = (
    *(
        cited("pressure injury of the sacrum, stage 3; sepsis", source, author, "preliminary")
        for source, author in RECORD_BY_SOURCE.items()
    ),
    *(cited("“severe malnutrition”", source_of(kind), "Omar Haddad, MD") for kind in get_args(NoteType)),
)


def question(rule: Rule, indicators: tuple[Indicator, ...] = EVERY_SOURCE) -> str:
    """A question of that rule with all its options, as it is shown."""
    return shown_text(
        QueryWording(
            query_id="q",
            encounter_id="e",
            patient_id="p",
            addressed_to=Person(),
            author="D-0",
            created_at=AT.at,
            title=rule.title,
            why=rule.why.replace("{documented}", "urinary tract infection"),
            documented=(cited("“urinary tract infection”", "H&P", "Omar Haddad"),),
            indicators=indicators,
            contrary=(cited("lactate 1.4 mmol/L", "result", "laboratory"),),
            question=rule.question,
            options=tuple(Option(option_id=option.id, text=option.text, diagnosis=option.diagnosis) for option in rule.options),
        )
    )


def on_the_page(rule: Rule, indicators: tuple[Indicator, ...] = EVERY_SOURCE) -> str:
    """The same question as a physician copies it from our page."""
    lines = [rule.title, rule.why.replace("{documented}", "urinary tract infection")]
    for heading, told in (
        ("Documented", (cited("“urinary tract infection”", "H&P", "Haddad, Omar"),)),
        ("Clinical indicators", indicators),
    ):
        lines.append(heading)
        for group in said_together(told):
            where = f"{group.source} · {clinical_text(group.at, ZoneInfo('America/New_York'), 2026)} · {group.author}"
            lines += [*(one.text for one in group.indicators), where]
    lines += ["Contrary", "No contrary evidence found.", rule.question, *(option.text for option in rule.options)]
    return "\n".join(lines)


def said(text: str) -> list[tuple[str, str]]:
    """(concept, assertion) of what the provider says, with the room's eyes."""
    return [(finding.concept, finding.assertion) for finding in echo_in(text, OWN).of_the_provider(READER.read(text).findings)]


SET_ANEW = {
    "as sent": lambda text: text,
    "without boxes": lambda text: text.replace("[ ] ", ""),
    "with bullets for boxes": lambda text: text.replace("[ ] ", "• "),
    "numbered": lambda text: text.replace("[ ] ", "1. "),
    "in capitals": str.upper,
    "quoted": lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
    "on one line": lambda text: " ".join(text.split()),
    "on one line without boxes": lambda text: " ".join(text.replace("[ ]", "").split()),
    "twice": lambda text: f"{text}\n{text}".replace("[ ] ", ""),
    "wrapped narrowly": lambda text: fill(" ".join(text.replace("[ ]", "").split()), 40),
    "with a web page's line breaks": lambda text: text.replace("\n", "<br/>").replace("[ ] ", ""),
    "with or between the options": lambda text: text.replace("\n[ ] ", " or "),
    "with options named by a vendor": lambda text: "\n".join(
        line.replace("[ ]", f"Option {nth}:") for nth, line in enumerate(text.splitlines())
    ),
    "wrapped": lambda text: text.replace(", ", ",\n   ").replace("[ ]", "( )"),
}


@pytest.mark.parametrize("anew", SET_ANEW)
@pytest.mark.parametrize("condition", RULES)
def test_an_unanswered_question_says_nothing_however_it_was_set(condition: str, anew: str) -> None:
    text = SET_ANEW[anew](question(RULES[condition]))
    assert said(text) == []
    echo = echo_in(text, OWN)
    assert echo.share > ECHO_SHARE
    assert echo.values_of_the_provider(READER.read(text).values) == ()


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(RULES)), st.integers(25, 4_000))
def test_cut_off_at_any_place_it_says_nothing(condition: str, length: int) -> None:
    """A field or a screen that takes so many characters and no more."""
    text = question(RULES[condition])[:length]
    assert said(text) == []
    assert said("Sepsis is worse.\n" + text) == [("sepsis", "present")]


@pytest.mark.parametrize(
    "sent",
    [
        lambda text: text.encode("ascii", "replace").decode(),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(" ", "\u00a0"),
    ],
)
@pytest.mark.parametrize("condition", RULES)
def test_what_a_senders_letters_do_to_it_does_not_hide_it(condition: str, sent: Callable[[str], str]) -> None:
    assert said(sent(question(RULES[condition]))) == []


def test_a_line_of_the_providers_behind_the_indicators_is_read() -> None:
    head = question(RULES["sepsis"]).partition("\nContrary:")[0]
    assert said(head + "\nAgree, acute kidney injury too.") == [("acute-kidney-injury", "present")]


@pytest.mark.parametrize("condition", RULES)
def test_copied_from_our_page_it_says_nothing_either(condition: str) -> None:
    text = on_the_page(RULES[condition])
    assert said(text) == []
    assert said(" ".join(text.split())) == []
    assert said(text.replace("\n", "\n\n")) == []
    assert said("Sepsis is worse.\n" + text + "\nAcute kidney injury now.") == [("sepsis", "present"), ("acute-kidney-injury", "present")]


def test_one_indicator_copied_from_our_page_takes_nothing_else_along() -> None:
    assert said("Acute kidney injury.\n“sepsis”\nED note · May 4, 08:40 · Haddad, Omar\nPneumonia.") == [
        ("acute-kidney-injury", "present"),
        ("pneumonia", "present"),
    ]


@pytest.mark.parametrize("anew", SET_ANEW)
def test_quoted_within_a_note_the_note_says_what_it_said(anew: str) -> None:
    before, after = "Interval: afebrile. AKI improving.\n", "\nMy assessment: pneumonia, on ceftriaxone.\n"
    assert said(before + SET_ANEW[anew](question(RULES["sepsis"])) + after) == said(before + after)


OPTIONS = [(rule, option) for rule in RULES.values() for option in rule.options if option.diagnosis]


@pytest.mark.parametrize("tick", ["[x] {}", "☒ {}", "(X) {}", "X {}", "{} [x]", "✓ {}"])
@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=lambda told: getattr(told, "id", ""))
def test_a_ticked_option_is_read_as_what_it_stands_for(rule: Rule, option: object, tick: str) -> None:
    text = option.text
    boxed = question(rule).replace(f"[ ] {text}", tick.format(text))
    assert set(said(boxed)) == {(option.diagnosis, "present")}
    assert set(said(boxed.replace("[ ] ", "- "))) == {(option.diagnosis, "present")}


def test_a_list_of_options_alone_says_nothing() -> None:
    text = question(RULES["malnutrition"]).partition("\n[ ] ")[2].replace("[ ] ", "")
    assert READER.read(text).findings != ()
    assert said(text) == []


def without_options(rule: Rule, *kept: str) -> str:
    head = question(rule).partition("\n[ ]")[0]
    return "\n".join((head, *kept))


@pytest.mark.parametrize(("rule", "option"), OPTIONS, ids=lambda told: getattr(told, "id", ""))
def test_the_only_option_left_standing_is_the_answer(rule: Rule, option: object) -> None:
    assert set(said(without_options(rule, option.text))) == {(option.diagnosis, "present")}


@pytest.mark.parametrize(
    ("condition", "added", "says"),
    [
        ("sepsis", "Sepsis due to pneumonia, present on admission.", {("sepsis", "present"), ("pneumonia", "present")}),
        ("sepsis", "Agree, septic from the start.", {("sepsis", "present")}),
        ("malnutrition", "Severe malnutrition", {("malnutrition", "present")}),
        ("sepsis", "No sepsis.", {("sepsis", "absent")}),
    ],
)
@pytest.mark.parametrize("box", ["[ ] ", "• ", ""])
def test_the_providers_words_behind_the_question_are_read(condition: str, added: str, says: set[tuple[str, str]], box: str) -> None:
    text = question(RULES[condition]).replace("[ ] ", box) + "\n" + added
    assert set(said(text)) == says


@pytest.mark.parametrize("box", ["• ", ""])
def test_an_option_behind_which_something_was_written_is_answered(box: str) -> None:
    text = "Acute kidney injury (please specify the cause if known)"
    answered = question(RULES["acute-kidney-injury"]).replace("[ ] ", box).replace(text, f"{text}: due to dehydration")
    assert set(said(answered)) == {("acute-kidney-injury", "present"), ("dehydration", "present")}


def test_a_ticked_denial_denies() -> None:
    text = question(RULES["sepsis"]).replace("[ ] Localized", "[x] Localized")
    assert set(said(text)) == {("sepsis", "absent")}


SEPSIS = "Sepsis (please specify the source and any associated acute organ dysfunction)"


@pytest.mark.parametrize("box", ["• ", "", "a) "])
@pytest.mark.parametrize("yes", [" Y", ": y", " yes"])
def test_yes_behind_an_option_answers_in_one_letter_too(yes: str, box: str) -> None:
    text = question(RULES["sepsis"]).replace("[ ] ", box).replace(SEPSIS, SEPSIS + yes)
    assert said(text) == [("sepsis", "present")]


@pytest.mark.parametrize("box", ["[ ] ", "• ", "", "a) "])
@pytest.mark.parametrize("no", [" N", ": no", " - not present", ": absent"])
def test_no_behind_an_option_is_no_documentation_of_it(no: str, box: str) -> None:
    text = question(RULES["sepsis"]).replace("[ ] ", box).replace(SEPSIS, SEPSIS + no)
    assert said(text) == []


def test_the_next_option_begins_with_no_and_denies_nothing() -> None:
    said_alone = without_options(RULES["sepsis"], SEPSIS + " yes", "No additional diagnosis")
    assert said(said_alone) == [("sepsis", "present")]


ALIKE = [told for told in OPTIONS if any(len(word) == 1 for word in told[1].text.split())]


@pytest.mark.parametrize(("rule", "option"), ALIKE, ids=lambda told: getattr(told, "id", ""))
def test_options_that_differ_in_one_letter_or_digit_are_not_alike(rule: Rule, option: object) -> None:
    text = question(rule).replace(f"[ ] {option.text}", f"[x] {option.text}")
    answered = [text[start:end] for start, end, _ in echo_in(text, OWN).answered if start > text.index(rule.question)]
    assert [told.rstrip(")") for told in answered] == [option.text.rstrip(")")]


def test_an_option_in_a_note_without_our_question_is_the_providers_own() -> None:
    text = "Assessment: Acute hypoxic respiratory failure\nSevere malnutrition\n"
    assert echo_in(text, OWN).stretches == ()
    assert said(text) == [(finding.concept, finding.assertion) for finding in READER.read(text).findings]


def test_what_a_provider_lists_in_the_words_of_two_options_is_the_providers_own() -> None:
    own = OWN.with_edits([], ["Sepsis", "AKI"])
    text = question(RULES["sepsis"]).replace("[ ] ", "") + "\nAssessment: sepsis, AKI.\n"
    found = echo_in(text, own).of_the_provider(READER.read(text).findings)
    assert [finding.concept for finding in found] == ["sepsis", "acute-kidney-injury"]


def test_a_comment_between_the_indicators_is_the_providers() -> None:
    text = question(RULES["sepsis"]).replace("Contrary:", "Agree, acute kidney injury too.\nContrary:")
    assert said(text) == [("acute-kidney-injury", "present")]


def test_a_specialists_words_are_ours_too() -> None:
    rule = RULES["sepsis"]
    text = (
        question(rule).replace(rule.why, "Fever and suspected cellulitis are told of.").replace("Localized", "Localised pneumonia, a local")
    )
    own = OWN.with_edits(["Fever and suspected cellulitis are told of."], ["Localised pneumonia, a local infection without sepsis"])
    found = READER.read(text.replace("[ ] ", "")).findings
    assert echo_in(text.replace("[ ] ", ""), OWN).of_the_provider(found) != ()
    assert echo_in(text.replace("[ ] ", ""), own).of_the_provider(found) == ()


@given(
    st.lists(
        st.sampled_from([*question(RULES["sepsis"]).split(" "), *on_the_page(RULES["sepsis"]).split(" "), "\n", "é", "[x]", "x", "("]),
        max_size=80,
    ).map(" ".join)
)
def test_stretches_lie_in_the_text_in_order(text: str) -> None:
    echo = echo_in(text, OWN)
    assert 0.0 <= echo.share <= 1.0
    assert list(echo.stretches) == sorted(echo.stretches)
    assert all(0 <= start < end <= len(text) for start, end, *_ in (*echo.stretches, *echo.answered))

"""Questions are read again at random, per author and per rule, and scored by requirement (DOMAIN Q-57)."""

from collections import Counter
from datetime import UTC, date, datetime
from itertools import chain

import pytest

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.events.query_audit import TOLD, Score, Unreadable, draw, row, scores
from opencdi.events.query_history import history
from unit.events.questions import TO_THE_ANSWER, told

MAY = date(2026, 5, 1)
ASKED = history(
    chain.from_iterable(
        [
            *(told(f"a{nth}", *TO_THE_ANSWER) for nth in range(30)),
            *(told(f"b{nth}", *TO_THE_ANSWER, author="cdi-1") for nth in range(30)),
            *(told(f"c{nth}", *TO_THE_ANSWER, rule="D-11") for nth in range(2)),
            *(told(f"d{nth}", *TO_THE_ANSWER, rule="", author="cdi-2", origin="specialist") for nth in range(9)),
        ]
    )
)


def test_so_many_are_drawn_of_every_rule_and_every_author_all_where_there_are_fewer() -> None:
    drawn = draw(ASKED, MAY, 5, b"key", UTC)
    wanted = Counter(of for one in drawn for of in one.drawn_for)
    assert wanted == {"rule D-01": 5, "rule D-11": 2, "author cdi-1": 5, "author cdi-2": 5}
    assert len({one.asked.query_id for one in drawn}) == len(drawn)


def test_drawn_again_it_is_the_same_and_without_the_key_nobody_can_foresee_it() -> None:
    drawn = draw(ASKED, MAY, 5, b"key", UTC)
    assert draw(reversed(ASKED), MAY, 5, b"key", UTC) == drawn
    assert draw(ASKED, MAY, 5, b"another key", UTC) != drawn


def test_only_what_was_put_to_a_physician_in_that_month_is_drawn() -> None:
    asked = history(
        [
            *told("draft", "candidate", "draft"),
            *told("april", *TO_THE_ANSWER, opened=datetime(2026, 4, 2, tzinfo=UTC)),
            *told("spoken", "candidate", "withdrawn", origin="verbal"),  # asked in person, in words that do not pass: it was asked
        ]
    )
    assert [one.asked.query_id for one in draw(asked, MAY, 5, b"key", UTC)] == ["spoken"]


def test_the_sheet_shows_the_question_as_it_was_put_and_names_no_patient() -> None:
    asked = history(told("q", *TO_THE_ANSWER, restricted="R"))
    (drawn,) = draw(asked, MAY, 5, b"key", UTC)
    shown = row(drawn, UTC)
    assert shown.keys() == set(TOLD)
    assert (shown["answer"], shown["gate"], shown["ended"]) == ("Sepsis", "query-brief-2022/3", "answered")
    assert shown["indicators"].splitlines() == [HIDDEN, "lactate 4.2 mmol/L (result, 2026-05-04 12:00, laboratory)"]
    assert "p-secret" not in str(shown)
    assert "night sweats" not in str(shown)


def test_the_score_is_of_the_requirements_that_were_judged() -> None:
    sheet = [
        {"rule": "D-01", "author": "cdi-1", "Q-02": "yes", "Q-10": "No", "Q-11": ""},
        {"rule": "D-01", "author": "D-01 revision 2", "Q-02": "y", "Q-10": "na", "Q-11": "yes"},
        {"rule": "D-11", "author": "D-11 revision 1", "Q-02": "", "Q-10": "", "Q-11": ""},  # not read yet
    ]
    assert scores(sheet, ("Q-02", "Q-10", "Q-11")) == [
        Score("author cdi-1", drawn=1, read=1, judged=2, kept=1),
        Score("rule D-01", drawn=2, read=2, judged=4, kept=3),
        Score("rule D-11", drawn=1, read=0, judged=0, kept=0),
    ]


@pytest.mark.parametrize(
    ("sheet", "says"),
    [([{"rule": "D-01", "Q-02": "Dr. B was rude"}], "line 2, Q-02: yes, no or nothing"), ([{"rule": "D-01"}], "no column Q-02")],
)
def test_a_sheet_that_cannot_be_read_is_named_by_line_and_column_without_what_stands_there(sheet: list[dict[str, str]], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        scores(sheet, ("Q-02",))

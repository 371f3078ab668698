"""Evidence as it is read: together what one source said at once, in the words around it, each quote of a code once."""

from hypothesis import given
from hypothesis import strategies as st

from by_hand.shorthand import code, measured
from by_hand.telling import seen, written
from opencdi.events.pages import Evidence
from opencdi.workbench.code_lines import SHOWN, code_lines
from opencdi.workbench.evidence import said_together
from opencdi.workbench.highlight import in_context
from opencdi.workbench.restricted import Restriction

NOTE = written("n", "HPI\nPoor appetite for two months, has lost weight.\nPLAN\n", seen(0, 9), note_type="progress", author="A^B")
EVERYTHING = Restriction(frozenset())


def test_neighbours_of_one_source_and_time_stand_together_and_the_order_is_kept() -> None:
    vitals = [measured(text, f"m{text}", (0, 8), source="vital sign") for text in ("T 38.9 °C", "HR 118 /min")]
    quotes = [NOTE.indicator("Poor appetite", "“Poor appetite”", "H&P"), NOTE.indicator("lost weight", "“lost weight”", "H&P")]
    late = measured("T 37.0 °C", "m9", (1, 8), source="vital sign")
    told = [*vitals, *quotes, late, vitals[0]]
    groups = said_together(told)
    assert [[one.text for one in group.indicators] for group in groups] == [
        ["T 38.9 °C", "HR 118 /min"], ["“Poor appetite”", "“lost weight”"], ["T 37.0 °C"], ["T 38.9 °C"],
    ]  # fmt: skip
    assert [one for group in groups for one in group.indicators] == told


def test_a_quote_stands_in_the_words_of_its_line() -> None:
    start, end = NOTE.place("lost weight")
    assert in_context(NOTE.text, start, end) == ("Poor appetite for two months, has ", ".")
    assert in_context(NOTE.text, start, end, reach=12) == ("…has ", ".")


@given(st.text("ab \n", max_size=200), st.data())
def test_context_never_changes_a_word(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    before, after = in_context(text, start, end, reach=20)
    assert text[:start].endswith(before.removeprefix("…"))
    assert text[end:].startswith(after.removesuffix("…"))


def test_codes_come_by_what_they_count_and_each_quote_once() -> None:
    dehydration = code(NOTE, "HPI", "E860", "Dehydration", "dehydration", role="principal")
    flagged = code(NOTE, "HPI", "R634", "Weight loss", "weight-loss", status="flagged", reasons=("weight-loss", "I.B.5: part of E43"))
    major = code(NOTE, "HPI", "E43", "Severe malnutrition", "malnutrition", severity="MCC", reasons=("malnutrition: severity severe",))
    same: list[Evidence] = [e.model_copy(update={"quote": q}) for q in ("SBO", "sbo", "bowel", "gut") for e in dehydration.evidence]
    lines, hidden = code_lines([flagged, major, dehydration.model_copy(update={"evidence": tuple(same)})], EVERYTHING)
    assert [line.code.code for line in lines] == ["E860", "E43", "R634"]
    assert [(quoted.evidence.quote, quoted.times) for quoted in lines[0].quotes] == [("SBO", 2), ("bowel", 1)]
    assert len(lines[0].quotes) == SHOWN
    assert len(lines[0].more) == 1
    assert lines[2].reasons == ("I.B.5: part of E43",)
    assert hidden == 0


def test_a_code_on_a_withheld_note_alone_is_only_counted() -> None:
    lines, hidden = code_lines([code(NOTE, "HPI", "F1020", "Alcohol dependence", "alcohol")], Restriction(frozenset({"n"})))
    assert (lines, hidden) == ([], 1)

"""Versions of results and documents; duplicates; what is quarantined (DOMAIN F.2, F.3, F.5, F.6)."""

from base64 import b64encode
from collections.abc import Callable
from itertools import permutations

import pytest

from opencdi.intake import duplicates

Builder = Callable[..., str]


def labs(message: Builder, value: str, at: str, status: str = "F", **more: str) -> str:
    unit, comment = more.pop("unit", "mg/dL"), more.pop("comment", "")
    loinc = more.pop("loinc", "2160-0")
    parts = [
        f"OBR|1||F1|24323-8^Panel^LN|||20260504090000-0400|||||||||||||||{at}|||{status}",
        f"OBX|1|NM|{loinc}^A result^LN||{value}|{unit}|||||{status}|||{more.pop('taken', '20260504090000-0400')}",
    ]
    return message("ORU^R01", *parts, *([f"NTE|1||{comment}"] if comment else []), at=at, **more)


def note(
    message: Builder, trigger: str, text: str, number: str = "D1", parent: str = "", at: str = "20260504100000-0400", status: str = "AU"
) -> str:
    txa = f"TXA|1|11506-3^Progress note^LN|TX|{at}|77^Lindqvist^Sara|{at}|||77^Lindqvist^Sara|||{number}|{parent}||||{status}"
    obx = [f"OBX|1|TX|11506-3^^LN||{text}||||||F"] if text else []
    return message(f"MDM^{trigger}", txa, *obx, at=at, control=f"{trigger}{number}{at}{status}")


def test_the_newest_version_stands_in_whatever_order_they_come(new_feed, message: Builder) -> None:
    told = [
        labs(message, "2.0", "20260504091000-0400", "P"),
        labs(message, "2.9", "20260504092000-0400"),
        labs(message, "1.1", "20260504110000-0400", "C"),
    ]
    for order in permutations(told):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        for body in order:
            feed.send(body)
        last = feed.of("measurement_resulted")[-1]
        assert (last.value, last.status) == (1.1, "corrected")


def test_a_preliminary_after_the_final_is_ignored(feed, message: Builder) -> None:
    feed.send(labs(message, "2.9", "20260504092000-0400"))
    ended = feed.send(labs(message, "2.0", "20260504100000-0400", "P"))
    assert (ended.outcome, ended.reason) == ("no_effect", "SUPERSEDED")


def test_a_status_without_the_value_takes_no_value_away(feed, message: Builder) -> None:
    """OBX-11 U: the laboratory says that what it sent as preliminary is final, and does not send it again (HL7 table 0085)."""
    feed.send(labs(message, "2.9", "20260504092000-0400", "P"))
    ended = feed.send(labs(message, "", "20260504100000-0400", "U"))
    assert (ended.outcome, ended.reason) == ("no_effect", "NOTHING_NEW")
    assert [fact.value for fact in feed.of("measurement_resulted")] == [2.9]
    feed.send(labs(message, "2.8", "20260504110000-0400", "U"))
    assert (feed.of("measurement_resulted")[-1].value, feed.of("measurement_resulted")[-1].status) == (2.8, "final")


def test_a_value_that_is_deleted_is_not_two_quotes(feed, message: Builder) -> None:
    feed.send(labs(message, "2.9", "20260504092000-0400"))
    feed.send(labs(message, '""', "20260504100000-0400", "C"))
    last = feed.of("measurement_resulted")[-1]
    assert (last.value, last.text, last.sent_value) == (None, None, None)


def test_a_wrong_result_is_withdrawn(feed, message: Builder) -> None:
    feed.send(labs(message, "2.9", "20260504092000-0400"))
    feed.send(labs(message, "2.9", "20260504100000-0400", "W"))
    assert feed.of("measurement_resulted")[-1].status == "withdrawn"


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"unit": "kg"}, "UNIT_UNKNOWN"), ({"unit": ""}, "UNIT_MISSING"), ({"value": "900"}, "IMPOSSIBLE_VALUE"),
    ({"comment": "specimen hemolyzed", "loinc": "2823-3", "value": "6.4", "unit": "mmol/L"}, "HEMOLYZED"),
    ({"comment": "specimen hemolyzed"}, None),  # creatinine is not what red cells hold
     ({"taken": "20270101090000-0500"}, "FUTURE_TIME"), ({"loinc": "99999-9"}, None)],
)  # fmt: skip
def test_what_must_not_be_used_says_why(feed, message: Builder, change: dict[str, str], problem: str | None) -> None:
    told = {"value": "2.9"} | change
    feed.send(labs(message, told.pop("value"), "20260504092000-0400", **told))
    assert feed.of("measurement_resulted")[0].problem == problem


def test_an_unmapped_local_code_is_never_a_wrong_match(feed, message: Builder) -> None:
    ended = feed.send(message("ORU^R01", "OBR|1||F1|PANEL", "OBX|1|NM|CREA^Creatinine^L||2.9|mg/dL|||||F"))
    fact = feed.of("measurement_resulted")[0]
    assert (fact.analyte, fact.problem) == (None, "MAPPING_NEEDED")
    assert "MAPPING_NEEDED" in {p.code for p in ended.problems}


def test_site_data_maps_a_local_code_from_then_on(feed, message: Builder, site) -> None:
    changed = site.model_copy(update={"loinc_by_local_code": {"CREA^L": "2160-0"}, "revision": 9})
    assert feed.send(changed.model_dump_json(), kind="cdi.inbound.site-data").outcome == "entries"
    feed.send(message("ORU^R01", "OBR|1||F1|PANEL", "OBX|1|NM|CREA^Creatinine^L||2.9|mg/dL|||||F"))
    assert feed.of("measurement_resulted")[0].analyte == "creatinine"


def test_the_same_message_again_has_no_effect_and_another_content_under_its_id_has(feed, message: Builder) -> None:
    first = labs(message, "2.9", "20260504092000-0400", control="C1")
    feed.send(first)
    assert (feed.send(first).outcome, feed.ended[-1].reason) == ("no_effect", "DUPLICATE")
    ended = feed.send(labs(message, "1.1", "20260504100000-0400", "C", control="C1"))
    assert ended.outcome == "entries"
    assert "CONTROL_ID_REUSED" in {p.code for p in ended.problems}


def test_a_duplicate_is_forgotten_after_thirty_days(feed, message: Builder) -> None:
    from datetime import UTC, datetime

    feed.send(labs(message, "2.9", "20260504092000-0400"), at=datetime(2026, 5, 4, 14, tzinfo=UTC))
    assert any(key.startswith("seen/") for key in feed.states)
    for day in (datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC)):
        feed.send(f'{{"at":"{day.isoformat()}"}}', kind="cdi.inbound.tick", at=day)
    assert not any(key.startswith("seen/") for key in feed.states)


def test_of_many_messages_a_tick_forgets_some_thousands_and_the_rest_counts_no_more() -> None:
    from datetime import UTC, datetime

    states, then, now = {}, datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC)
    for nth in range(10_005):
        duplicates.remember(states, "mercy", f"m{nth}", "content", then)
    left = []
    for _ in range(3):
        duplicates.forget(states, "mercy", now)
        left.append(sum(key.startswith("seen/") for key in states))
        assert not any(duplicates.contents_seen(states, "mercy", f"m{nth}", now) for nth in (0, 10_004))
    assert left == [5, 0, 0]
    assert states["days/mercy"].periods == ()


def test_a_document_its_addendum_and_its_replacement(feed, message: Builder) -> None:
    feed.send(note(message, "T02", "Fever."))
    feed.send(note(message, "T06", "Sepsis ruled in.", "D2", "D1", "20260504110000-0400"))
    feed.send(note(message, "T10", "Fever and chills.", "D3", "D1", "20260504120000-0400"))
    filed = feed.of("note_filed")
    assert [(f.relation, f.revision) for f in filed] == [("new", 1), ("addendum", 1), ("replacement", 2)]
    assert filed[1].parent_id == filed[0].note_id == filed[2].note_id
    assert feed.texts[filed[0].note_id] == "Fever and chills."


def test_an_addendum_before_its_parent_waits(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    assert feed.send(note(message, "T06", "Sepsis ruled in.", "D2", "D1", "20260504110000-0400")).outcome == "kept_with_patient"
    feed.send(note(message, "T02", "Fever."))
    assert [f.relation for f in feed.of("note_filed")] == ["new", "addendum"]


def test_a_status_before_its_document_waits_and_a_resend_is_only_a_status(feed, message: Builder) -> None:
    feed.send(note(message, "T02", "Fever.", status="DI"))
    feed.send(note(message, "T02", "Fever.", status="AU", at="20260504110000-0400"))
    assert feed.kinds()[-1] == "note_status_changed"
    feed.send(note(message, "T03", "", "D9", at="20260504120000-0400"))
    feed.send(note(message, "T02", "Chills.", "D9", status="DI"))
    assert feed.of("note_status_changed")[-1].authentication == "authenticated"


def test_a_cancelled_document_is_retracted_whichever_comes_first(new_feed, message: Builder) -> None:
    told = [note(message, "T02", "Sepsis."), note(message, "T11", "", at="20260504110000-0400")]
    for order in permutations(told):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        for body in order:
            feed.send(body)
        assert not feed.of("note_filed") or feed.kinds()[-1] == "note_retracted"


def test_base64_text_is_read_and_what_is_not_base64_is_dead_lettered(feed, message: Builder) -> None:
    data = b64encode("Sepsis, café.".encode()).decode()
    txa = "TXA|1|18842-5^Discharge summary^LN|TX|20260504100000-0400|||||77^L^S|||{}|||||AU"
    feed.send(message("MDM^T02", txa.format("D1"), f"OBX|1|ED|18842-5||^TEXT^^Base64^{data}||||||F"))
    assert next(iter(feed.texts.values())) == "Sepsis, café."
    assert feed.of("note_filed")[0].note_type == "discharge-summary"
    ended = feed.send(message("MDM^T02", txa.format("D2"), "OBX|1|ED|18842-5||^TEXT^^Base64^%%%||||||F", at="20260504110000-0400"))
    assert ended.outcome == "dead_letter"


def test_report_lines_of_one_order_are_one_document(feed, message: Builder) -> None:
    lines = [f"OBX|{n}|TX|18748-4^Chest X-ray^LN||{text}||||||F" for n, text in enumerate(("Right lower lobe", "consolidation."), 1)]
    feed.send(message("ORU^R01", "OBR|1||R1|18748-4^Diagnostic imaging study^LN|||20260504090000-0400", *lines))
    assert feed.of("note_filed")[0].note_type == "radiology"
    assert next(iter(feed.texts.values())) == "Right lower lobe\nconsolidation."


def test_given_is_not_ordered(feed, message: Builder) -> None:
    orc = "ORC|RE|P1|||||||20260504090000-0400"
    feed.send(message("RDE^O11", orc, "RXE||^ceftriaxone|1||g", "RXR|IV"))
    feed.send(message("RAS^O17", orc, "RXA|0|1|20260504100000-0400||^ceftriaxone|1|g|||||||||||||CP", "RXR|IV"))
    feed.send(message("RAS^O17", orc, "RXA|0|1|20260504180000-0400||^ceftriaxone|1|g|||||||||||||RE", at="20260504180000-0400"))
    assert [f.kind for f in feed.all if f.kind.startswith("medication")] == ["medication_ordered", "medication_given", "medication_given"]
    assert [f.status for f in feed.of("medication_given")] == ["given", "not-given"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [("MSH|^~\\&|A|B|||20260504||ZZZ^Z01|1|P|2.5\rPID|1||100\r", "UNKNOWN_MESSAGE_TYPE"),
    ("MSH|^~\\&|A|B|||20260504||ORU^R01|1|P|2.5\rPID|1||\r", "NO_PATIENT"),
     ("garbage", "NO_MSH")],
)  # fmt: skip
def test_unusable_messages_are_dead_lettered_and_never_stop_the_room(feed, message: Builder, body: str, reason: str) -> None:
    for _ in range(150):
        ended = feed.send(body)
        assert (ended.outcome, ended.reason) == ("dead_letter", reason)
    assert feed.send(message("ADT^A01")).outcome == "entries"


def test_words_under_an_order_without_a_code_of_their_own_are_not_lost(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    obx = "OBX|1|TX|||Impression: markedly intense metabolic activity.||||||F"
    assert feed.send(message("ORU^R01", "OBR|1||F9|2244^General Order", obx, at="20260504090000-0400")).outcome == "entries"
    (result,) = feed.of("measurement_resulted")
    assert (result.code.code, result.text) == ("2244", "Impression: markedly intense metabolic activity.")


def test_a_value_without_a_code_is_a_visible_problem(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    ended = feed.send(message("ORU^R01", "OBR|1||F9|15074-8^Glucose^LN", "OBX|1|NM|||6.3|mmol/L|||||F", at="20260504090000-0400"))
    assert ("RESULT_WITHOUT_CODE", "OBX-3") in [(problem.code, problem.where) for problem in ended.problems]


def test_a_note_from_the_future_is_filed_as_of_when_it_came_and_says_so(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    ahead = note(message, "T02", "Fever.").replace("|TX|20260504100000-0400|", "|TX|20260601100000-0400|")
    ended = feed.send(ahead)
    assert ended.outcome == "entries"
    assert ("FUTURE_TIME", "TXA-4") in {(problem.code, problem.where) for problem in ended.problems}
    (filed,) = feed.of("note_filed")
    assert filed.written_at.at.isoformat() == "2026-05-04T10:00:00-04:00"  # EVN-2
    assert ("FUTURE_TIME", "TXA-4") in {(fact.code, fact.where) for fact in feed.of("problem_noticed")}


def test_a_report_from_the_future_is_filed_as_of_when_it_came_and_says_so(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    obr = "OBR|1||R1|18748-4^Diagnostic imaging study^LN|||20260601090000-0400"
    ended = feed.send(message("ORU^R01", obr, "OBX|1|TX|18748-4^Chest X-ray^LN||Consolidation.||||||F"))
    assert ("FUTURE_TIME", "OBR-7") in {(problem.code, problem.where) for problem in ended.problems}
    assert feed.of("note_filed")[0].written_at.at.isoformat() == "2026-05-04T08:00:00-04:00"


def replaced_twice(message: Builder) -> list[str]:
    return [
        note(message, "T02", "Fever.", "DN1"),
        note(message, "T10", "Fever and chills.", "DN2", "DN1", "20260504110000-0400"),
        note(message, "T10", "Fever, chills, rigor.", "DN3", "DN2", "20260504120000-0400"),
    ]


def test_a_replacement_of_a_replacement_is_still_the_same_document(feed, message: Builder) -> None:
    for body in replaced_twice(message):
        feed.send(body)
    filed = feed.of("note_filed")
    assert len({fact.note_id for fact in filed}) == 1
    assert [fact.revision for fact in filed] == [1, 2, 3]


@pytest.mark.parametrize("number", ["DN1", "DN2", "DN3"])
def test_a_document_is_found_under_each_of_its_numbers(feed, message: Builder, number: str) -> None:
    for body in replaced_twice(message):
        feed.send(body)
    (note_id,) = {fact.note_id for fact in feed.of("note_filed")}
    feed.send(note(message, "T06", "Sepsis ruled in.", "DA", number, "20260504130000-0400"))
    assert feed.of("note_filed")[-1].parent_id == note_id
    feed.send(note(message, "T11", "", number, at="20260504140000-0400"))
    assert feed.of("note_retracted")[0].note_id == note_id


def test_what_waits_for_a_replacements_number_is_filed_when_it_comes(feed, message: Builder) -> None:
    first, second, _ = replaced_twice(message)
    feed.send(first)
    assert feed.send(note(message, "T06", "Sepsis ruled in.", "DA", "DN2", "20260504130000-0400")).outcome == "kept_with_patient"
    feed.send(second)
    assert [fact.relation for fact in feed.of("note_filed")] == ["new", "replacement", "addendum"]


def test_an_addendum_is_cancelled_with_its_note(feed, message: Builder) -> None:
    feed.send(note(message, "T02", "Fever."))
    feed.send(note(message, "T06", "Sepsis ruled in.", "D2", "D1", "20260504110000-0400"))
    feed.send(note(message, "T06", "Septic shock.", "D3", "D2", "20260504113000-0400"))
    feed.send(note(message, "T02", "Fever, better.", at="20260504120000-0400"))  # the edit keeps what was added
    feed.send(note(message, "T11", "", at="20260504130000-0400"))
    assert {fact.note_id for fact in feed.of("note_retracted")} == {fact.note_id for fact in feed.of("note_filed")}
    late = feed.send(note(message, "T06", "And more.", "D4", "D1", "20260504140000-0400"))
    assert late.outcome == "kept_with_patient"


def test_a_cancelled_addendum_leaves_its_note(feed, message: Builder) -> None:
    feed.send(note(message, "T02", "Fever."))
    feed.send(note(message, "T06", "Sepsis ruled in.", "D2", "D1", "20260504110000-0400"))
    feed.send(note(message, "T11", "", "D2", at="20260504130000-0400"))
    assert [fact.note_id for fact in feed.of("note_retracted")] == [feed.of("note_filed")[1].note_id]


@pytest.mark.parametrize(
    ("sent", "ruled", "label"),
    [
        ("", {}, None),
        ("U", {}, "U"),
        ("R", {}, "R"),
        ("", {"11506-3": "V"}, "V"),
        ("U", {"11506-3": "R"}, "R"),
        ("V", {"11506-3": "R"}, "V"),
    ],
)
def test_a_documents_label_is_the_highest_of_what_is_sent_and_what_the_site_rules(
    new_feed, message: Builder, sent: str, ruled: dict[str, str], label: str | None
) -> None:
    feed = new_feed(confidentiality_by_code=ruled)
    feed.send(message("ADT^A01"))
    feed.send(note(message, "T02", "Sepsis.", status=f"AU|{sent}"))
    (filed,) = feed.of("note_filed")
    assert filed.confidentiality == label


def test_a_site_may_restrict_a_kind_of_report_that_comes_as_a_result(new_feed, message: Builder) -> None:
    feed = new_feed(confidentiality_by_code={"18748-4": "R"})
    feed.send(message("ADT^A01"))
    obr = "OBR|1||F9|18748-4^Chest X-ray^LN|||20260504090000-0400|||||||||||||||20260504100000-0400||RAD|F"
    feed.send(message("ORU^R01", obr, "OBX|1|TX|18748-4^Chest X-ray^LN||Consolidation.||||||F"))
    (filed,) = feed.of("note_filed")
    assert filed.confidentiality == "R"

"""The question as text: all that a physician is shown, in the order in which it is read, and nothing internal."""

from by_hand.kidney import QUERY_AKI
from by_hand.ward import ward
from opencdi.events.audiences import QueryAlert
from opencdi.events.topics import QUERY_ALERTS
from opencdi.events.wording import shown_text


def alerts() -> dict[str, QueryAlert]:
    told = [QueryAlert.read(message.value) for message in ward() if message.topic == QUERY_ALERTS]
    return {alert.query_id: alert for alert in told}


def test_it_holds_every_word_of_the_provider_half() -> None:
    wording = alerts()[QUERY_AKI].wording
    assert wording is not None
    text = shown_text(wording)
    for told in (wording.title, wording.why, wording.question, *(o.text for o in wording.options), *(i.text for i in wording.indicators)):
        assert told in text
    assert "Creatinine 0.9 mg/dL (laboratory, 2026-03-05 09:00, baseline, 60 d before)" in text
    assert (
        text.index("Clinical indicators:") < text.index("Contrary:") < text.index(wording.question) < text.index("[ ] Unable to determine")
    )


def test_the_same_question_is_always_the_same_text() -> None:
    first, second = alerts()[QUERY_AKI].wording, alerts()[QUERY_AKI].wording
    assert first is not None
    assert second is not None
    assert shown_text(first) == shown_text(second)

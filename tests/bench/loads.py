"""What the benches send: the synthetic hospital's admissions, many times over, each copy another patient."""

from datetime import timedelta

from opencdi.events.inbound import Inbound
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import Event, Results, Story, load_stories
from opencdi.testing import DAY_ZERO, inbound_records

PANEL = {"creatinine": 1.0, "bun": 14, "sodium": 139, "potassium": 4.1, "wbc": 9.1, "hemoglobin": 13.2}


def other_patient(story: Story, nth: int) -> Story:
    """The same admission of somebody else."""
    patient = story.patient.model_copy(update={"mrn": f"{story.patient.mrn}{nth:05d}"})
    visit = story.visit.model_copy(update={"number": f"{story.visit.number}{nth:05d}", "account": f"{story.visit.account}{nth:05d}"})
    events = tuple(_renumbered(event, nth) for event in story.events)
    return story.model_copy(update={"patient": patient, "visit": visit, "events": events})


def _renumbered(event: Event, nth: int) -> Event:
    changes: dict[str, object] = {}
    for name, field in (("note", "id"), ("labs", "order"), ("given", "order"), ("ordered", "order"), ("order", "number")):
        told = getattr(event, name)
        if told is not None and getattr(told, field) is not None:
            more = {"parent": f"{told.parent}-{nth}"} if name == "note" and told.parent else {}
            changes[name] = told.model_copy(update={field: f"{getattr(told, field)}-{nth}", **more})
    return event.model_copy(update=changes)


def results(admissions: int, each: int) -> list[Message]:
    """Inpatient admissions, then for each patient a panel of six results every six hours."""
    base = load_stories()[0]
    assert base.events[0].admit is not None
    admit = Event(at=timedelta(0), admit=base.events[0].admit.model_copy(update={"trigger": "A01", "patient_class": "I"}))
    stories = []
    for nth in range(admissions):
        labs = [
            Event(at=timedelta(hours=6 * (i + 1)), labs=Results(values={**PANEL, "sodium": 136 + i % 5}, order=f"B{nth}-{i}"))
            for i in range(each)
        ]
        stories.append(other_patient(base, nth).model_copy(update={"events": (admit, *labs)}))
    return play(stories, DAY_ZERO)


def mixed(copies: int) -> list[Message]:
    """The demo's admissions with all their notes, so many times over."""
    return play((other_patient(story, nth) for nth in range(copies) for story in load_stories()), DAY_ZERO)


def records(messages: list[Message]) -> list[Inbound]:
    """As the gate stores them."""
    return [record for message in messages for record in inbound_records(message)]

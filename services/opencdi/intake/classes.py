"""The classes of a visit as they are told, in any order: since when it is an inpatient's, and what was told of nobody (DOMAIN F.4)."""

from collections.abc import Iterator
from dataclasses import replace

from opencdi.clinical.time import ClinicalTime
from opencdi.intake.memory import Visit
from opencdi.intake.tables import class_of
from opencdi.intake.time import instant, later, time_in_json, time_to_json
from opencdi.intake.told import VisitTold
from opencdi.knowledge.site import SiteData

ADMISSIONS = frozenset({"plan", "admit", "present"})
_OTHER_CLASSES = frozenset({"preadmit", "emergency", "observation", "outpatient"})
_MOST_CLASSES = 20  # two systems that contradict each other all day


def not_here_yet(told: VisitTold) -> VisitTold:
    """A05, or a planned Encounter: an inpatient's class is what the patient will have; the order to admit counts from the admission."""
    will_be = told.encounter_class not in (None, "unmapped", *_OTHER_CLASSES)
    # Its code is no word on the stay either: once mapped, it would make an inpatient of who has not come.
    return replace(told, encounter_class="preadmit" if will_be else told.encounter_class, class_code=None)


def is_of_afterwards(told: VisitTold) -> bool:
    """A discharge may tell what the patient is from then on, an outpatient: that is no word on the stay, where there is any other."""
    return told.event == "discharge" and told.encounter_class != "inpatient"


def with_class(visit: Visit, code: str, at: ClinicalTime) -> tuple[tuple[str, str], ...]:
    """The class codes of this visit in the order of time ("" where the admission was cancelled), each when it was first and last told
    without another between; when the one that stands was told last, `told` says."""
    if code == visit.class_code and visit.classes and visit.classes[-1][0] == code and at.at >= visit.told["encounter_class"][1]:
        return visit.classes
    words = sorted({(code, at), *_words(visit)}, key=lambda word: (word[1].at, word[0]))
    codes = [None, *(known for known, _ in words), None]
    kept = [word for nth, word in enumerate(words, 1) if not codes[nth - 1] == codes[nth] == codes[nth + 1]]
    return tuple((known, time_to_json(when)) for known, when in kept[-_MOST_CLASSES:])


def _words(visit: Visit) -> Iterator[tuple[str, ClinicalTime]]:
    yield from ((code, time_in_json(when)) for code, when in visit.classes)
    if visit.class_code is not None and visit.classes and visit.classes[-1][0] == visit.class_code:
        yield visit.class_code, ClinicalTime(visit.told["encounter_class"][1])


def admitted(visit: Visit, told: VisitTold, at: ClinicalTime) -> Visit:
    """Since when this visit is an inpatient's, in whatever order its classes are told: the first word since the last other class.

    The class of a discharge is no word on the admission; one that no table knows says neither (DOMAIN F.4).
    """
    other, since = visit.other_class_at, visit.inpatient_from and time_in_json(visit.inpatient_from)
    if is_of_afterwards(told):
        return visit
    if told.encounter_class in _OTHER_CLASSES:
        changes: dict[str, object] = {"other_class_at": later(other, at.at)}
        if since and since.at <= at.at:
            said, last_at = visit.told["encounter_class"]
            still = said == '"inpatient"' and last_at > at.at  # told late: by then the patient had been admitted anew
            changes["inpatient_from"] = time_to_json(ClinicalTime(last_at)) if still else None
            changes["left_inpatient_at"] = later(visit.left_inpatient_at, at.at)
    elif told.encounter_class != "inpatient" or told.event == "discharge" or between(visit, told, at):
        return visit
    elif other is not None and at.at <= other:
        changes = {"left_inpatient_at": later(visit.left_inpatient_at, other)}
    elif since and since.at <= at.at:
        return visit
    else:
        changes = {"inpatient_from": time_to_json(at)}
    return visit.model_copy(update=changes)


def admitted_anew(visit: Visit, site: SiteData) -> Visit:
    """Since when this visit is an inpatient's, by all that was told of its class."""
    anew = visit.model_copy(update={"inpatient_from": None, "other_class_at": None, "left_inpatient_at": None})
    for code, at in _words(visit):
        if code:
            anew = admitted(anew, VisitTold(event="admit", encounter_class=class_of(code, site)), at)
        else:
            left = {name: later(getattr(anew, name), at.at) for name in ("other_class_at", "left_inpatient_at")}
            anew = anew.model_copy(update={**left, "inpatient_from": None})
    return anew


def dated(visit: Visit, at: ClinicalTime, happened: ClinicalTime) -> Visit:
    """Classes are ordered by when they were told; of those that may matter it is kept when they happened."""
    known = visit.happened if happened.at == at.at else visit.happened | {instant(at.at): time_to_json(happened)}
    if not known:
        return visit
    times = [time_in_json(when).at for _, when in visit.classes]
    times += [
        when for when in (visit.left_inpatient_at, visit.told["encounter_class"][1] if "encounter_class" in visit.told else None) if when
    ]
    times += [time_in_json(visit.inpatient_from).at] if visit.inpatient_from else []
    wanted = {instant(when) for when in times}
    return visit.model_copy(update={"happened": {when: since for when, since in known.items() if when in wanted}})


def between(visit: Visit, told: VisitTold, at: ClinicalTime) -> bool:
    """A snapshot between a cancel and the next admission: of nobody who is there."""
    if visit.cancelled_at is None or at.at <= visit.cancelled_at or told.event in ADMISSIONS:
        return False
    return visit.cancelled or visit.admission_at is None or at.at < visit.admission_at

"""The demo admissions, told as the clinic would: messages in, facts out, through all rooms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from opencdi.events.pages import WorkingCode
from opencdi.events.people import Person, QueryAnswered
from opencdi.hospital.story import Event
from opencdi.queries.case_chart import approval_of
from opencdi.testing import Ward, story

ATTENDING = Person(staff_id="1091", name="Omar Haddad", role="provider")
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def test_sepsis_is_asked_on_the_first_day_and_answered_by_the_note_of_the_third(ward: Ward) -> None:
    ward.live([story("sepsis")], until="1 12:00")
    assert ward.states() == {"sepsis": "draft"}
    alert = ward.alerts()[-1]
    assert alert.wording is not None
    shown = " ".join(indicator.text for indicator in alert.wording.indicators)
    assert "18.2" in shown
    assert "118" in shown
    assert "38.9" in shown
    assert any("1.4" in indicator.text or "15" in indicator.text for indicator in alert.wording.contrary)
    assert "sepsis" not in alert.wording.title.lower()

    ward.live([story("sepsis")], until="2 12:00")
    assert ward.states() == {"sepsis": "auto-resolved"}
    assert any("Sepsis due to E. coli UTI" in (i.quote or i.text) or "Sepsis" in (i.quote or "") for i in ward.alerts()[-1].satisfied_by)
    # A41.51 with the UTI: 872 without an MCC (DOMAIN D-01).
    assert ward.drgs()[-1].after is not None
    assert ward.drgs()[-1].after.drg == "872"


def test_a_corrected_creatinine_withdraws_the_question(ward: Ward) -> None:
    ward.live([story("aki-corrected")], until="1 12:00")
    assert ward.states() == {"acute-kidney-injury": "draft"}
    ward.live([story("aki-corrected")], until="1 20:00")
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}
    assert "EVIDENCE_CORRECTED" in ward.alerts()[-1].cause
    assert ward.asked() == []


def test_the_dietitians_finding_is_asked_and_an_answer_is_not_yet_documentation(ward: Ward) -> None:
    ward.live([story("malnutrition")], until="2 12:00")
    assert ward.states() == {"malnutrition": "draft"}
    draft = ward.alerts()[-1]
    assert draft.wording is not None
    severe = next(option for option in draft.wording.options if option.diagnosis and "severe" in option.text.lower())
    encounter = draft.encounter_id
    ward.decide(approval_of(draft, decision_id="d1", actor=SPECIALIST, decided_at=ward.now))
    assert [asked.state for asked in ward.asked()] == ["sent"]
    ward.decide(
        QueryAnswered(
            decision_id="d2", encounter_id=encounter, actor=ATTENDING, decided_at=ward.now, as_of=draft.as_of, query_id=draft.query_id,
            option_id=severe.option_id,
        )
    )  # fmt: skip
    assert ward.states() == {"malnutrition": "answered-awaiting-chart"}
    assert not any(code.code == "E43" for final in ward.finals() for code in final.codes)

    ward.live([story("malnutrition")], until="4 12:00")
    assert ward.states()["malnutrition"] in {"validated", "closed"}


@pytest.mark.parametrize(
    ("name", "condition", "until"),
    [
        ("respiratory-failure", "acute-respiratory-failure", "3 10:00"),
        ("encephalopathy", "encephalopathy", "3 10:00"),
        ("aki-fhir", "acute-kidney-injury", "3 10:00"),
        ("sepsis-pneumonia", "sepsis", "3 10:00"),
    ],
)
def test_what_is_open_on_day_three(ward: Ward, name: str, condition: str, until: str) -> None:
    ward.live([story(name)], until=until)
    assert [asked for asked, state in ward.states().items() if state == "draft"] == [condition]


def test_a_well_documented_pneumonia_leaves_nothing_to_ask(ward: Ward) -> None:
    ward.live([story("pneumonia")], until="3 12:00")
    assert ward.alerts() == []
    final = ward.finals()[-1]
    assert final.status == "provisional"
    assert next(code.code for code in final.codes if code.role == "principal") == "J13"
    assert final.drg is not None
    assert final.drg.drg == "195"


def test_a_cancelled_admission_withdraws_what_was_asked(ward: Ward) -> None:
    ward.live([story("cancelled")], until="2 08:30")
    assert ward.states() == {"acute-kidney-injury": "draft"}
    ward.live([story("cancelled")], until="2 10:00")
    assert ward.states() == {"acute-kidney-injury": "withdrawn"}
    assert ward.drgs()[-1].after is None


def test_a_late_pathology_report_amends_the_code_set(ward: Ward) -> None:
    ward.live([story("late-pathology")], until="5 08:00")
    statuses = [final.status for final in ward.finals()]
    assert statuses[0] == "provisional"
    assert "amended" in statuses
    assert "C561" in {code for final in ward.finals() for code in final.added}


def test_an_unsigned_note_that_names_the_condition_holds_the_question_until_it_is_signed(ward: Ward) -> None:
    ward.live([story("aki-fhir")], until="4 10:00")
    assert ward.states()["acute-kidney-injury"] == "addressed-awaiting-signature"
    ward.live([story("aki-fhir")], until="4 19:00")
    assert ward.states()["acute-kidney-injury"] == "auto-resolved"


def test_every_message_ends_in_one_of_five_ways(ward: Ward) -> None:
    ward.live([story("sepsis"), story("pneumonia")])
    assert {ended.outcome for ended in ward.outcomes()} <= {"entries", "kept_with_patient", "no_effect", "dead_letter"}
    assert not any(ended.outcome == "dead_letter" for ended in ward.outcomes())


# --- what a coder makes of each story ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Chart:
    """A coder's reading of one story: the claim at the end, and how the DRG got there.

    `poa`: code -> POA of the whole claim.  `moves`: DRG before, DRG after, and words that the cause must say.  `vaguer`: a code of the
    coder's -> the less exact one that is right until the reader sees the side or the cause; `unread`: what a coder adds from words that
    are not read yet (drugs taken, past habits, past operations).
    """

    principal: str
    poa: dict[str, str]
    moves: tuple[tuple[str | None, str | None, tuple[str, ...]], ...]
    ties: tuple[str, ...] = ()
    vaguer: dict[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    severity: str = "NON_CC"


CHARTS = {
    "sepsis": Chart(
        principal="A4151",
        poa={"A4151": "Y", "N390": "Y", "B9620": "Y", "I10": "Y", "E119": "Y", "Z7984": "1"},
        moves=(
            (None, "690", ("history and physical", "N39.0")),
            ("690", "872", ("progress note of 2026-05-06", "A41.51", "instead of N39.0")),
        ),
        severity="CC",  # N39.0 is a CC that MS-DRG 872 does not ask for
    ),
    "aki-corrected": Chart(
        principal="L03116",
        poa={"L03116": "Y", "E669": "Y", "M109": "Y"},
        moves=((None, "603", ("history and physical", "cellulitis")),),
        vaguer={"L03116": "L0390"},
    ),
    "malnutrition": Chart(
        principal="K5651",
        poa={"K5651": "Y", "E43": "Y", "Z681": "1", "E039": "Y", "Z85038": "1", "Z9049": "1"},
        moves=((None, "390", ("history and physical",)), ("390", "388", ("progress note of 2026-05-08", "MCC E43"))),
        vaguer={"K5651": "K56600"},
        severity="MCC",
    ),
    "respiratory-failure": Chart(
        principal="J441",
        ties=("J441", "J9601", "J9602"),  # I.C.10.b.3: which one is principal depends on the circumstances of the admission
        poa={"J441": "Y", "J9601": "Y", "J9602": "Y", "I10": "Y", "Z87891": "1"},
        moves=((None, "192", ("history and physical", "J44.1")), ("192", "190", ("progress note of 2026-05-08", "MCC J96.01"))),
        unread=frozenset({"Z87891"}),
        severity="MCC",
    ),
    "encephalopathy": Chart(
        principal="E871",
        ties=("E871", "G9341"),  # brought in confused; the sodium is its cause and was treated: II.C
        poa={"E871": "Y", "T502X5A": "Y", "G9341": "Y", "I10": "Y"},  # the adverse effect of a thiazide
        moves=((None, "641", ("history and physical", "E87.1")), ("641", "640", ("discharge summary", "MCC G93.41"))),
        severity="MCC",
    ),
    "pneumonia": Chart(principal="J13", poa={"J13": "Y"}, moves=((None, "195", ("history and physical",)),)),
    "late-pathology": Chart(
        principal="C561",
        poa={"C561": "Y", "E039": "Y"},
        moves=(
            (None, "761", ("history and physical", "N83.201")),
            ("761", "743", ("operative note",)),
            ("743", "738", ("discharge summary", "C56.1", "instead of N83.201")),
        ),
    ),
    "aki-fhir": Chart(
        principal="K529",
        poa={"K529": "Y", "N179": "undetermined", "E869": "undetermined", "I10": "Y", "N400": "Y"},
        moves=((None, "392", ("history and physical", "K52.9")),),
        severity="CC",
    ),
    "sepsis-pneumonia": Chart(
        principal="A403",
        poa={"A403": "Y", "J13": "Y", "J440": "Y", "I2510": "Y"},
        moves=(
            (None, "194", ("history and physical", "J18.9", "CC J44.0")),
            ("194", "871", ("progress note of 2026-05-08", "A40.3", "instead of J18.9", "MCC J13")),
        ),
        unread=frozenset({"Z9861"}),
        severity="MCC",
    ),
}


Lived = Callable[[str], Ward]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A story lived to its end, once for all that is asked of it."""
    wards: dict[str, Ward] = {}

    def of(name: str) -> Ward:
        if name not in wards:
            wards[name] = Ward(tmp_path_factory.mktemp(name)).live([story(name)])
        return wards[name]

    return of


def _claimed(codes: tuple[WorkingCode, ...]) -> dict[str, str]:
    return {code.code: code.poa for code in codes if code.status == "proposed"}


def _as_read(chart: Chart, ours: set[str]) -> dict[str, str]:
    """The coder's claim in the words that are read: the vaguer code only where the exact one is not there."""
    return {
        (code if code in ours or code not in chart.vaguer else chart.vaguer[code]): poa
        for code, poa in chart.poa.items()
        if code in ours or code not in chart.unread
    }


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_the_claim_at_the_end_is_a_coders(lived: Lived, name: str) -> None:
    chart = CHARTS[name]
    ward = lived(name)
    final = ward.finals()[-1]
    ours = _claimed(final.codes)
    assert ours == _as_read(chart, set(ours))
    principal = next(code.code for code in final.codes if code.role == "principal")
    assert principal in {chart.principal, chart.vaguer.get(chart.principal)}
    assert final.drg is not None
    assert final.drg.severity == chart.severity
    assert final.drg.assumed == (("poa undetermined as Y",) if "undetermined" in chart.poa.values() else ())


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_each_move_of_the_drg_names_its_cause(lived: Lived, name: str) -> None:
    ward = lived(name)
    moves = [(move.before and move.before.drg, move.after and move.after.drg) for move in ward.drgs()]
    assert moves == [(before, after) for before, after, _ in CHARTS[name].moves]
    for move, (_, _, words) in zip(ward.drgs(), CHARTS[name].moves, strict=True):
        assert [word for word in words if word.lower() not in move.cause.words.lower()] == [], move.cause.words
    assert [move.nth for move in ward.drgs()] == list(range(1, len(moves) + 1))


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_code_says_why_and_shows_its_words(lived: Lived, name: str) -> None:
    ward = lived(name)
    for code in ward.finals()[-1].codes:
        assert code.reasons, code.code
        assert code.poa_reason, code.code
        assert code.evidence, code.code
        assert not code.calibrated


def test_two_that_meet_the_definition_equally_stay_two_with_the_reason_and_the_other_drg(lived: Lived) -> None:
    ward = lived("respiratory-failure")
    final = ward.finals()[-1]
    principal = next(code for code in final.codes if code.role == "principal")
    assert any(reason.startswith("II.C: J44.1, J96.01, J96.02 meet the definition equally") for reason in principal.reasons)
    assert final.to_settle == ("principal diagnosis: J44.1, J96.01 (DRG 189), J96.02 (DRG 189) meet the definition equally (II.C)",)


def test_a_provisional_set_names_the_open_poa_and_the_missing_summary(lived: Lived) -> None:
    ward = lived("aki-fhir")
    final = ward.finals()[-1]
    assert (final.status, final.waiting_for, final.disposition) == ("provisional", ("discharge summary",), "01")
    assert final.to_settle == ("POA of N17.9, E86.9: undetermined, grouped as Y",)


def test_a_cancelled_admission_loses_its_drg_and_says_why(lived: Lived) -> None:
    ward = lived("cancelled")
    given, taken = ward.drgs()
    assert (given.after and given.after.drg, "chest pain" in given.cause.words.lower()) == ("313", True)
    assert (taken.after, taken.cause.words) == (None, "inpatient order cancelled, admission cancelled: no DRG: encounter cancelled")


def test_the_amendment_says_what_came_and_what_left(lived: Lived) -> None:
    ward = lived("late-pathology")
    amended = ward.finals()[-1]
    assert (amended.status, amended.added, amended.removed, amended.drg_before) == ("amended", ("C561",), ("N83201",), "743")
    assert "discharge-summary" in amended.cause


@pytest.mark.parametrize("trigger", ["A02", "A08"])
def test_the_attending_of_now_is_asked(ward: Ward, trigger: str) -> None:
    admission = story("malnutrition")
    ward.live([admission], until="2 12:00")
    ward.decide(approval_of(ward.alerts()[-1], decision_id="d1", actor=SPECIALIST, decided_at=ward.now))
    handover = Event.model_validate({"at": "2 13:00", "admit": {"trigger": trigger, "attending": "1058^Brennan^Aoife"}})
    ward.live([admission.model_copy(update={"events": (*admission.events, handover)})], until="2 14:00")
    assert [(asked.state, asked.wording.addressed_to.staff_id) for asked in ward.asked()] == [("sent", "1091"), ("sent", "1058")]
    assert [(move.to_state, move.cause) for page in ward.moves() for move in page.moved][-1] == ("sent", "ATTENDING_CHANGED")

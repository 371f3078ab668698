"""A hospital's definitions and limits: signed off by its medical staff, refused where no rule knows them, told to CDI and to nobody else."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer import Exit

from opencdi.bus.room import Outgoing
from opencdi.cli.line import check_definitions
from opencdi.clinical.time import ClinicalTime
from opencdi.events.definitions import Crossing
from opencdi.events.entry import Page
from opencdi.events.facts import EncounterUpdated, MeasurementResulted
from opencdi.events.pages import FactsPage
from opencdi.events.problems import Unusable
from opencdi.events.weighing import sum_of, terms_of
from opencdi.knowledge.site import SiteData, load_site
from opencdi.queries.adoptions import wrong_adoptions
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.cases import load_cases
from opencdi.queries.room import queries_room, rules_path
from unit.queries.kidney import KIDNEY, RULES
from unit.queries.sites import adopted, comes_down

SEPSIS = ("d1 08:00 wbc 18.2 10*3/uL", "d1 08:00 heart-rate 118 /min", "d1 08:50 ordered blood culture",
          "d1 09:20 given ceftriaxone 1 g IV", "d1 12:10 note history-and-physical: pneumonia")  # fmt: skip
SIGNED = "approved_by: Medical Executive Committee, approved_on: 2026-03-12"


# --- what no rule knows is refused --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("adoption", "said"),
    [
        (
            f"SEPSIS-CITE: {{adopted: sepsis-3, {SIGNED}}}",
            'definitions.SEPSIS-CITE: no definition "SEPSIS-CITE"; did you mean "SEPSIS-SITE"',
        ),
        (
            f"SEPSIS-SITE: {{adopted: sepsis-4, {SIGNED}}}",
            'definitions.SEPSIS-SITE.adopted: D-01 has no definition "sepsis-4"; did you mean',
        ),
        (f"SEPSIS-SITE: {{{SIGNED}}}", 'definitions.SEPSIS-SITE.adopted: D-01 has no definition "": sepsis-2, sepsis-3'),
        (f"KDIGO-2012: {{adopted: kdigo, {SIGNED}}}", "definitions.KDIGO-2012.adopted: its rules offer no choice"),
        (
            f"KDIGO-2012: {{thresholds: {{D-11.dleta: {{value: 0.2, unit: mg/dL}}}}, {SIGNED}}}",
            'definitions.KDIGO-2012.thresholds.D-11.dleta: no threshold of it "D-11.dleta"; did you mean "D-11.delta"',
        ),
        (  # a limit of another definition's rule is none of this sign-off
            f"KDIGO-2012: {{thresholds: {{D-01.lactate: {{value: 2, unit: mmol/L}}}}, {SIGNED}}}",
            'definitions.KDIGO-2012.thresholds.D-01.lactate: no threshold of it "D-01.lactate"',
        ),
        (
            f"KDIGO-2012: {{thresholds: {{D-11.delta: {{value: 26, unit: umol/L}}}}, {SIGNED}}}",
            'definitions.KDIGO-2012.thresholds.D-11.delta.unit: "umol/L" is not the unit of the rule, "mg/dL"',
        ),
    ],
)
def test_a_name_or_a_unit_that_no_rule_knows_stops_the_start_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], adoption: str, said: str
) -> None:
    file = tmp_path / "st-elsewhere.yaml"
    file.write_text(f"name: st-elsewhere\ndefinitions:\n  {adoption}\n", encoding="utf-8")
    with pytest.raises(Exit):
        check_definitions(file)
    assert capsys.readouterr().err.startswith(f"st-elsewhere.yaml:3: {said}")


@pytest.mark.parametrize(
    ("adoption", "said"),
    [
        ("{adopted: sepsis-3, approved_by: Chief of Staff}", "definitions.SEPSIS-SITE.approved_on: Field required"),
        ("{adopted: sepsis-3, approved_on: 2026-03-12}", "definitions.SEPSIS-SITE.approved_by: Field required"),
        (
            "{adopted: sepsis-3, approved_by: '', approved_on: 2026-03-12}",
            "definitions.SEPSIS-SITE.approved_by: String should have at least",
        ),
    ],
)
def test_a_definition_that_nobody_signed_is_none(tmp_path: Path, adoption: str, said: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f"name: st-elsewhere\ndefinitions:\n  SEPSIS-SITE: {adoption}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"site\.yaml:3: ") as refused:
        load_site(file)
    assert said in str(refused.value)


def test_the_shipped_site_has_adopted_nothing_and_is_in_order(tmp_path: Path) -> None:
    assert list(wrong_adoptions(SiteData(), RULES)) == []
    file = tmp_path / "site.yaml"
    file.write_text(f"definitions:\n  SEPSIS-SITE: {{adopted: sepsis-3, {SIGNED}}}\n", encoding="utf-8")
    check_definitions(file)


def test_site_data_with_a_wrong_name_are_refused_on_the_line_and_the_former_stay_in_force() -> None:
    told = Chart.of(queries_room(SiteData(), RULES))
    comes_down(told, SiteData(revision=2, definitions=adopted("SEPSIS-SITE", "sepsis-3")))
    with pytest.raises(Unusable, match="sepsis-4") as refused:  # a dead letter, with its reason and field, and a failed page
        comes_down(told, SiteData(revision=3, definitions=adopted("SEPSIS-SITE", "sepsis-4")))
    assert refused.value.reason == "SITE_DATA_REFUSED"
    for line in (*SEPSIS, "d1 10:00 creatinine 2.2 mg/dL"):
        told.line(line)
    assert told.alerts[-1].definition is not None
    assert (told.alerts[-1].definition.adopted, told.alerts[-1].definition.site_revision) == ("sepsis-3", 2)


def test_site_data_of_before_there_were_adoptions_are_read_where_they_set_nothing() -> None:
    old = SiteData().model_dump(mode="json", exclude={"definitions"}) | {"thresholds": {}, "sepsis_definition": "sepsis-2"}
    assert SiteData.model_validate(old) == SiteData()
    for unsigned in ({"thresholds": {"D-11.delta": 0.2}}, {"sepsis_definition": "sepsis-3"}):
        with pytest.raises(ValueError, match="forbidden"):
            SiteData.model_validate(old | unsigned)


# --- what CDI is told ---------------------------------------------------------------------------------------------------
def test_cdi_hears_which_definition_was_in_force_and_who_adopted_it_and_the_physician_does_not() -> None:
    site = SiteData(name="st-elsewhere", revision=7, definitions=adopted("SEPSIS-SITE", "sepsis-3", D_01__sofa=(3, "{score}")))
    told = Chart.of(queries_room(site, RULES), *SEPSIS, "d1 10:00 creatinine 3.9 mg/dL", "d1 13:00 approve")
    alert = next(one for one in told.alerts if one.condition == "sepsis")
    assert alert.definition is not None
    assert alert.definition.model_dump(exclude_none=True) == {
        "definition_id": "SEPSIS-SITE",
        "adopted": "sepsis-3",
        "approved_by": "Medical Executive Committee",
        "approved_on": date(2026, 3, 12),
        "site": "st-elsewhere",
        "site_revision": 7,
    }
    assert ("D-01.sofa", 3.0, "site") in {(one.limit, one.value, one.set_by) for one in alert.crossed}
    assert told.asked
    asked = told.asked[-1].to_json().lower()
    assert not [word for word in (b"sepsis-3", b"sepsis-2", b"medical executive", b"site_revision", b"crossed", b"d-01.") if word in asked]


def test_a_definition_that_the_site_has_not_signed_says_so() -> None:
    alert = Chart.of(queries_room(SiteData(), RULES), *SEPSIS).alerts[-1]
    assert alert.definition is not None
    assert (alert.definition.adopted, alert.definition.approved_by) == ("sepsis-2", None)


def test_another_limit_of_the_site_is_told_on_the_open_question() -> None:
    told = Chart.of(queries_room(SiteData(), RULES), *KIDNEY)
    assert crossed(told)["D-11.delta"].set_by == "rule"
    comes_down(told, SiteData(revision=2, definitions=adopted("KDIGO-2012", D_11__delta=(0.4, "mg/dL"))))
    assert told.alerts[-1].cause == "DEFINITION_CHANGED"
    delta = crossed(told)["D-11.delta"]
    assert (delta.set_by, delta.value, delta.unit, delta.how) == ("site", 0.4, "mg/dL", "by")
    heard = len(told.alerts)
    comes_down(told, SiteData(revision=3, bill_hold_days=9, definitions=adopted("KDIGO-2012", D_11__delta=(0.4, "mg/dL"))))
    assert len(told.alerts) == heard  # another revision of the same definition is no news


def crossed(told: Chart) -> dict[str, Crossing]:
    return {one.limit: one for one in told.alerts[-1].crossed}


# --- reproducible from the entries --------------------------------------------------------------------------------------
@dataclass
class Remembering(Chart):
    """A stay whose entries can be opened again."""

    results: dict[tuple[str, str], MeasurementResulted] = field(default_factory=dict)

    def tell(self, *pages: Page, kind: str = "entry", replays: str | None = None) -> list[Outgoing]:
        """One entry, kept by its id."""
        for page in pages:
            for fact in page.facts if isinstance(page, FactsPage) else ():
                if isinstance(fact, MeasurementResulted):
                    self.results[f"e{self.said + 1}/0", fact.measurement_id] = fact
        return super().tell(*pages, kind=kind, replays=replays)


def beyond(one: Crossing, value: float) -> bool:
    return {"above": value > one.value, "at_least": value >= one.value, "below": value < one.value, "at_most": value <= one.value}[one.how]


LIMITED = {rule.id for rule in RULES if rule.thresholds}
CLEAR = [case for case in load_cases(rules_path() / "cases") if "clear positive" in case.why and case.asks and case.rule_id in LIMITED]


@pytest.mark.parametrize("case", CLEAR, ids=lambda case: case.rule_id)
def test_every_crossing_of_a_clear_positive_can_be_tried_again_from_the_entries(case: Any) -> None:
    told = Remembering.of(queries_room(SiteData(), tuple(rule for rule in RULES if rule.id == case.rule_id)), *case.chart)
    limits = {f"{rule.id}.{name}": limit for rule in RULES for name, limit in rule.thresholds.items()}
    for one in told.alerts[-1].crossed:
        assert (one.value, one.unit, one.set_by) == (limits[one.limit].value, limits[one.limit].unit, "rule")
        facts = [told.results.get((by.entry_id, by.source_id)) for by in one.crossed_by]
        assert all(by.entry_id for by in one.crossed_by)
        values = [fact.value for fact in facts if fact is not None and fact.value is not None]
        if one.kind in ("measurement", "consecutive") and values:
            assert all(beyond(one, value) for value in values)
        elif one.kind == "change":
            assert round(abs(values[1] - values[0]), 6) >= one.value


def test_a_value_told_again_by_a_later_entry_is_the_first_entrys() -> None:
    told = Remembering.of(queries_room(SiteData(), RULES), *KIDNEY)
    first = crossed(told)["D-11.delta"].crossed_by
    told.line(KIDNEY[2])
    told.line("d2 09:00 given lactated ringers 500 mL")
    assert crossed(told)["D-11.delta"].crossed_by == first
    assert len(first) == 2


# --- what the specialist's list is ordered by -----------------------------------------------------------------------------
def test_the_yield_of_a_rule_comes_in_as_data_and_a_rule_that_is_none_is_refused() -> None:
    told = Chart.of(queries_room(SiteData(yields={"D-11": 0.8}), RULES), *KIDNEY)
    assert told.alerts[-1].priority_terms["yield"] == 8.0
    assert Chart.of(queries_room(SiteData(), RULES), *KIDNEY).alerts[-1].priority_terms["yield not known"] == 5.0
    (wrong,) = wrong_adoptions(SiteData(yields={"D-111": 0.8}), RULES)
    assert wrong == (("yields", "D-111"), 'no rule "D-111"; did you mean "D-11"')


def test_the_alert_says_what_it_was_weighed_by() -> None:
    told = Chart.of(queries_room(SiteData(bill_hold_days=4), RULES))
    told.tell(
        FactsPage(
            facts=(EncounterUpdated(visit_id="v", expected_discharge_at=ClinicalTime(DAY_1 + timedelta(days=3)), at=ClinicalTime(DAY_1)),)
        )
    )
    for line in KIDNEY:
        told.line(line)
    alert = told.alerts[-1]
    assert alert.weighing is not None
    assert (alert.weighing.severity, alert.weighing.leaves_at) == (2, DAY_1 + timedelta(days=3))
    assert alert.priority == sum_of(terms_of(alert.weighing, None, alert.at))
    assert list(alert.priority_terms) == ["severity", "effect not known", "time left", "evidence", "age", "yield not known"]
    told.line("d2 12:00 discharged")
    assert told.alerts[-1].weighing is not None
    assert told.alerts[-1].weighing.leaves_at == DAY_1 + timedelta(days=5, hours=12)  # after that it is the bill that leaves


def test_a_preliminary_value_is_less_evidence_than_a_final_one() -> None:
    told = Chart.of(queries_room(SiteData(), RULES), *KIDNEY)
    final = told.alerts[-1].priority_terms["evidence"]
    early = Chart.of(
        queries_room(SiteData(), RULES), KIDNEY[0].replace("mg/dL", "mg/dL preliminary"), KIDNEY[1], f"{KIDNEY[2]} preliminary", KIDNEY[3]
    )
    assert early.alerts[-1].priority_terms["evidence"] < final

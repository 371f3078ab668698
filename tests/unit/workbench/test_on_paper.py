"""Results as a laboratory prints them."""

import pytest

from by_hand.telling import at
from opencdi.clinical.paper import DECIMALS, NAME_BY_ANALYTE, analyte_on_paper, number_on_paper, unit_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.knowledge.analytes import ANALYTES
from opencdi.workbench.on_paper import analyte_name, result_on_paper


@pytest.mark.parametrize(("value", "shown"), [(2.9, "2.9"), (61.0, "61"), (100.0, "100"), (0.0001, "0.0001"), (None, ""), (-3.5, "-3.5")])
def test_numbers(value: float | None, shown: str) -> None:
    assert number_on_paper(value) == shown


def result(**more: object) -> MeasurementResulted:
    fields = {"measurement_id": "m", "code": Coded(code="c", text="Serum rhubarb"), "status": "final", "taken_at": ClinicalTime(at(0, 8))}
    return MeasurementResulted.model_validate(fields | more)


def test_values_with_their_units() -> None:
    assert result_on_paper(result(analyte="wbc", value=18.2, unit="10*3/uL")) == "18.2 ×10³/µL"
    assert result_on_paper(result(analyte="spo2", value=84.0, unit="%")) == "84%"
    assert result_on_paper(result(analyte="gcs", value=15.0, unit="{score}")) == "15"
    assert result_on_paper(result(value=0.2, comparator="<", sent_unit="ng/mL")) == "<0.2 ng/mL"
    assert result_on_paper(result(text="Escherichia coli")) == "Escherichia coli"
    assert result_on_paper(result(analyte="creatinine", value=1.0, unit="mg/dL")) == "1.0 mg/dL"  # as in a question


def test_names() -> None:
    assert analyte_name(result(analyte="sbp", value=96.0)) == "Systolic BP"
    assert analyte_name(result(analyte="heart-rate", value=96.0)) == "Heart rate"
    assert analyte_name(result(value=96.0)) == "Serum rhubarb"
    assert analyte_name(result(analyte="aptt", value=31.0)) == "aPTT"
    assert (analyte_on_paper("sbp"), analyte_on_paper("heart-rate")) == ("systolic BP", "heart rate")
    assert {*NAME_BY_ANALYTE, *DECIMALS} <= {analyte.slug for analyte in ANALYTES}


def test_no_unit_that_the_house_compares_in_is_shown_in_ucum() -> None:
    shown = {unit_on_paper(analyte.unit) for analyte in ANALYTES}
    assert not [unit for unit in shown if set(unit) & set("[]{}*_")]

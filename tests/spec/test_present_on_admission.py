"""Present on admission, proposed and never computed (Guidelines, appendix I; DOMAIN F.12), as a coder reads it.

`present_on_admission.yaml`: every rule by one chart; `onset_on_the_ward.yaml`: the words in which physicians tell it.
"""

from pathlib import Path

import pytest

from opencdi.clinical.codes import dotted, undotted
from spec.vignettes import Vignette, as_params, vignettes_in

CHARTS = [chart for name in ("present_on_admission.yaml", "onset_on_the_ward.yaml") for chart in vignettes_in(Path(__file__).parent / name)]


@pytest.mark.parametrize("chart", as_params(CHARTS))
def test_a_coder_would_propose_this(chart: Vignette) -> None:
    page = chart.page
    found = {dotted(code.code): code for code in page.codes if code.status == "proposed"}
    assert {code: found[code].poa if code in found else None for code in chart.told["poa"]} == chart.told["poa"], sorted(found)
    for code, words in chart.told.get("because", {}).items():
        assert words in found[code].poa_reason


def test_there_are_enough_charts_to_call_it_a_specification() -> None:
    assert len([chart for chart in CHARTS if "waits_for" not in chart.told]) >= 25
    assert {poa for chart in CHARTS for poa in chart.told["poa"].values()} == {"Y", "N", "W", "1", "undetermined"}


def test_u_is_a_coders_word() -> None:
    assert not any(code.poa == "U" for chart in CHARTS for code in chart.page.codes)


def test_an_open_onset_is_grouped_as_y_with_the_drg_under_n_beside_it() -> None:
    for chart in CHARTS:
        drg = chart.page.drg
        unsaid = any(code.poa == "undetermined" and code.status == "proposed" for code in chart.page.codes)
        if drg is not None:
            assert ("poa undetermined as Y" in drg.assumed) is unsaid, chart.name
            assert drg.if_not_poa is None or unsaid, chart.name


@pytest.mark.parametrize("chart", as_params([chart for chart in CHARTS if "drg" in chart.told]))
def test_a_condition_acquired_here_pays_nothing_and_shows_both_ways(chart: Vignette) -> None:
    drg = chart.page.drg
    assert drg is not None
    assert drg.drg == chart.told["drg"]
    assert drg.initial_drg == chart.told.get("initial_drg", drg.initial_drg)
    assert drg.if_not_poa == chart.told.get("if_not")


def test_what_is_told_of_the_codes_are_codes() -> None:
    assert all(code == dotted(undotted(code)) for chart in CHARTS for code in chart.told["poa"])

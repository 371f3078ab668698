"""The principal diagnosis of short charts (UHDDS; Guidelines section II and I.C; DOMAIN B43): `principal/*.yaml`, as a coder judges them.

`first`: what stands first, or all that tie; `because`: what the reason must say; `behind`: on the claim, and not first; `never`: not first.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from opencdi.clinical.codes import dotted
from opencdi.coding import drg
from opencdi.events.pages import CodingPage
from opencdi.knowledge.weights import DrgWeight
from spec.vignettes import Vignette, as_params, vignettes_in

FILES = sorted((Path(__file__).parent / "principal").glob("*.yaml"))
CHARTS = [chart for path in FILES for chart in vignettes_in(path)]
SETTLED = [chart for chart in CHARTS if "waits_for" not in chart.told]


def claimed(page: CodingPage) -> set[str]:
    return {code.code for code in page.codes if code.status == "proposed"}


@pytest.mark.parametrize("chart", as_params(CHARTS))
def test_a_coder_would_put_this_first(chart: Vignette) -> None:
    page = chart.page
    assert set(map(dotted, page.principal_candidates)) == set(map(dotted, chart.codes("first"))), sorted(map(dotted, claimed(page)))
    reasons = next(code.reasons for code in page.codes if code.role == "principal")
    assert chart.told["because"] in reasons[-1]
    assert set(map(dotted, chart.codes("behind"))) <= set(map(dotted, claimed(page) - set(page.principal_candidates)))
    assert not chart.codes("never") & set(page.principal_candidates)


def test_there_are_enough_charts_to_call_it_a_specification() -> None:
    assert len(SETTLED) >= 60
    assert len({chart.name for chart in CHARTS}) == len(CHARTS)


def test_a_tie_says_that_it_is_one_and_shows_the_drg_of_each() -> None:
    for chart in SETTLED:
        page = chart.page
        if len(page.principal_candidates) > 1:
            reason = next(code.reasons for code in page.codes if code.role == "principal")[-1]
            assert reason.startswith("II.C"), chart.name
            assert all(dotted(code) in reason for code in page.principal_candidates), chart.name
            assert {effect.code for effect in page.principal_effects} == set(page.principal_candidates[1:]), chart.name


def test_what_was_not_present_on_admission_never_stands_first() -> None:
    for chart in SETTLED:
        page = chart.page
        assert not {code.code for code in page.codes if code.poa == "N"} & set(page.principal_candidates), chart.name


def test_weights_do_not_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {chart.name: chart.page for chart in SETTLED}
    real = drg.weight_of

    def turned(of: str, fiscal_year: int) -> DrgWeight | None:
        """The heaviest is the lightest."""
        told = real(of, fiscal_year)
        return replace(told, weight=100 - told.weight) if told else None

    monkeypatch.setattr(drg, "weight_of", turned)
    after = {chart.name: chart.page for chart in SETTLED}
    assert {name: page.principal_candidates for name, page in after.items()} == {
        name: page.principal_candidates for name, page in before.items()
    }
    assert any(page.drg != before[name].drg for name, page in after.items()), "the weights were turned"

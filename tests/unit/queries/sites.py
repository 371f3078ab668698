"""What a hospital's medical staff has adopted, in short."""

from datetime import date

from opencdi.events.pages import SitePage
from opencdi.knowledge.adopted import Adoption, SiteLimit
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart


def adopted(definition: str, choice: str = "", **limits: tuple[float, str]) -> dict[str, Adoption]:
    """One definition, signed off by a committee; `limits` by "D_11__delta", since a keyword takes neither hyphen nor dot."""
    named = {name.replace("__", ".").replace("D_", "D-"): SiteLimit(value=value, unit=unit) for name, (value, unit) in limits.items()}
    told = Adoption(adopted=choice, thresholds=named, approved_by="Medical Executive Committee", approved_on=date(2026, 3, 12))
    return {definition: told}


def comes_down(chart: Chart, site: SiteData) -> None:
    """Site data come down the line."""
    chart.encounter_id, encounter = "", chart.encounter_id
    try:
        chart.tell(SitePage(site=site.model_dump(mode="json")), kind="site-data")
    finally:
        chart.encounter_id = encounter

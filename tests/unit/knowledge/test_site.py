"""Site data that a room would stumble over later are refused when they are read, by the field's name."""

import pytest
from pydantic import ValidationError

from opencdi.knowledge.site import SiteData


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "America/Nowhere"),
        ("timezone", "/etc/passwd"),
        ("timezone", ""),
        ("golive_at", "2026-11-01T00:00:00"),
        ("disposition_by_code", {"home": "home"}),
    ],
)
def test_what_no_room_could_work_with_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        SiteData.model_validate({field: value})
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


def test_a_site_of_another_zone_is_taken() -> None:
    assert SiteData.model_validate({"timezone": "Europe/Berlin", "golive_at": "2026-11-01T00:00:00+01:00"}).timezone == "Europe/Berlin"

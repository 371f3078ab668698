"""A FHIR body cut into its very bytes."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opencdi.gateway.fhir import NotFhir, cut

JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
RESOURCE = st.dictionaries(st.text(max_size=4), JSON_VALUE, max_size=4).map(lambda rest: {**rest, "resourceType": "Observation"})


@given(st.lists(RESOURCE, min_size=1, max_size=5), st.sampled_from(["transaction", "batch"]), st.sampled_from([None, 0, 2]), st.booleans())
def test_each_part_is_an_entry_as_it_stood(resources: list[dict[str, Any]], kind: str, indent: int | None, ascii_: bool) -> None:
    entries = [{"resource": resource} for resource in resources]
    body = json.dumps({"id": "x", "entry": entries, "type": kind, "resourceType": "Bundle"}, indent=indent, ensure_ascii=ascii_)
    raw = body.encode()
    told = cut(raw)
    assert told.kind == kind
    assert [json.loads(part) for part in told.parts] == entries
    assert all(part in raw for part in told.parts)


@given(st.text(max_size=60) | st.text('{}[]:,"\\eE0-1.\n resourceType', max_size=60))
def test_any_text_is_cut_or_refused(text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    try:
        told = cut(raw)
    except NotFhir:
        return
    assert json.loads(raw)["resourceType"] == told.types[0]


@given(JSON_VALUE, st.sampled_from(["", ",", "}", "]", " x", "1"]))
def test_json_is_judged_as_the_library_judges_it(value: Any, more: str) -> None:
    text = json.dumps({"resourceType": "Patient", "v": value}) + more
    try:
        json.loads(text)
        good = True
    except ValueError:
        good = False
    try:
        cut(text.encode())
        assert good
    except NotFhir:
        assert not good


def test_decimals_keep_the_digits_they_were_sent_with() -> None:
    body = b'{"resourceType":"Bundle","type":"batch","entry":[ {"resource":{"resourceType":"Observation","value":1.10}} ]}'
    assert cut(body).parts == (b'{"resource":{"resourceType":"Observation","value":1.10}}',)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert cut(b'\xef\xbb\xbf{"resourceType":"Patient"}').types == ("Patient",)


def test_a_delete_names_its_type_by_its_url() -> None:
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": "Observation/7"}}]}
    assert cut(json.dumps(body).encode()).types == ("Observation",)

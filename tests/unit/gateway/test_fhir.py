"""A FHIR body cut into its very bytes."""

import json
from typing import Any

import pytest
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


def entry_of(bundle: str, **request: object) -> bytes:
    resource = {"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:mrn", "value": "4|7"}]}
    return json.dumps({"resourceType": "Bundle", "type": bundle, "entry": [{"resource": resource, "request": request}]}).encode()


def test_what_a_notification_tells_of_is_done_already() -> None:
    body = {"resourceType": "Bundle", "type": "history", "entry": [{"request": {"method": "DELETE", "url": "Observation/7"}}]}
    assert cut(json.dumps(body).encode()).types == ("Observation",)
    with pytest.raises(NotFhir, match="DELETE_BY_STATUS"):
        cut(json.dumps(body | {"type": "transaction"}).encode())


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:mrn|4%7C7"}, None),
        ({"method": "PUT", "url": "Patient?identifier=urn%3Amrn%7C4%7C7"}, None),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:mrn|8"}, "ifNoneExist"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "name=Doe"}, "ifNoneExist"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:mrn|4|7&active=true"}, "ifNoneExist"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": ["identifier=urn:mrn|4|7"]}, "ifNoneExist"),
        ({"method": "PUT", "url": "Patient?birthdate=1950"}, "url"),
        ({"method": "PUT", "url": "Patient/p", "ifMatch": 'W/"3"'}, "ifMatch"),
        ({"method": "PUT", "url": "Patient/p", "ifNoneMatch": "*"}, "ifNoneMatch"),
    ],
)
def test_a_condition_is_kept_or_the_whole_is_refused(request_: dict[str, Any], where: str | None) -> None:
    sent = entry_of("transaction", **request_)
    if where is None:
        assert cut(sent).types == ("Patient",)
        return
    with pytest.raises(NotFhir) as refused:
        cut(sent)
    assert (refused.value.status, refused.value.reason) == (412, "CONDITION")
    assert refused.value.where == f"Bundle.entry[0].request.{where}"


def test_of_a_name_that_comes_twice_the_last_counts_for_all() -> None:
    told = cut(b'{"resourceType":"Patient","resourceType":"Bundle","type":"batch","type":"transaction",'
               b'"entry":[],"entry":[{"resource":{"resourceType":"Patient","id":"1","id":"2"}}]}')  # fmt: skip
    assert (told.kind, told.types, told.ids) == ("transaction", ("Patient",), ("2",))

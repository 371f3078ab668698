"""`schemas/` is the print-out of the models, and every contract has an example that holds (STYLE §3.5)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from pydantic import BaseModel
from referencing import Registry, Resource
from typer.testing import CliRunner

import official_schemas
from opencdi.cli.app import app
from opencdi.cli.schemas import contract_files, drift
from opencdi.events.entry import Envelope, Page
from opencdi.events.facts import FACT_KINDS
from opencdi.events.schemas import BODIES, DEAD, MODEL_BY_TOPIC, PAGES_BY_TOPIC, schema_name
from opencdi.events.topics import TOPICS
from opencdi.settings import data_root

SCHEMAS = data_root() / "schemas"
EXAMPLES = sorted(path for path in (SCHEMAS / "examples").rglob("*") if path.is_file())


def schema_of(topic: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{topic}.schema.json").read_text(encoding="utf-8"))


def lines_of(path: Path) -> list[bytes]:
    raw = path.read_bytes()
    return raw.splitlines() if path.suffix == ".jsonl" else [raw]


def models_in(path: Path) -> Iterator[tuple[bytes, type[BaseModel] | None, str]]:
    """Each JSON value of an example, the model that reads it (None: headers), and where in the schema it is described."""
    topic, lines = path.parent.name, lines_of(path)
    if path.stem == "headers":
        yield lines[0], None, "#/$defs/Headers"
    elif path.suffix == ".jsonl":
        yield lines[0], Envelope, "#/$defs/Envelope"
        by_kind = {model.model_fields["kind"].default: model for model in PAGES_BY_TOPIC[topic]}
        for line in lines[1:]:
            yield line, by_kind[json.loads(line)["kind"]], "#/$defs/Page"
    elif topic in MODEL_BY_TOPIC:
        yield lines[0], MODEL_BY_TOPIC[topic], "#"
    else:
        kind = json.loads(lines[0]).get("kind")
        bodies = [model for group in BODIES.values() for model in group]
        named = [model for model in bodies if kind and "kind" in model.model_fields and model.model_fields["kind"].default == kind]
        by_name = [model for model in bodies if kind is None and set(json.loads(lines[0])) <= set(model.model_fields)]
        (model,) = named or by_name
        yield lines[0], model, f"#/$defs/{model.__name__}"


def survives(told: Any, again: Any) -> bool:
    """Everything told is told again; what was left out may be there with its default."""
    match told, again:
        case dict(), dict():
            return all(key in again and survives(value, again[key]) for key, value in told.items())
        case list(), list():
            return len(told) == len(again) and all(survives(*pair) for pair in zip(told, again, strict=True))
        case _:
            return bool(told == again)


def test_the_printed_files_are_the_committed_ones() -> None:
    assert drift(SCHEMAS, contract_files()) == []


def test_drift_is_noticed(tmp_path: Path) -> None:
    assert drift(tmp_path, {"a.json": "{}"}) == ["a.json: missing"]
    (tmp_path / "a.json").write_text("{ }")
    (tmp_path / "b.json").write_text("{}")
    assert drift(tmp_path, {"a.json": "{}"}) == ["a.json: changed", "b.json: not printed by anything"]


def test_the_command_prints_and_checks(tmp_path: Path) -> None:
    folder = tmp_path / "printed"
    assert CliRunner().invoke(app, ["schemas", "--check", "--into", str(folder)]).exit_code == 1
    assert CliRunner().invoke(app, ["schemas", "--into", str(folder)]).exit_code == 0
    assert CliRunner().invoke(app, ["schemas", "--check", "--into", str(folder)]).exit_code == 0
    (folder / "vocabularies.json").write_text("{}")
    told = CliRunner().invoke(app, ["schemas", "--check", "--into", str(folder)])
    assert (told.exit_code, "vocabularies.json: changed" in told.output) == (1, True)


@pytest.mark.parametrize("name", [name for name in contract_files() if name.endswith(".schema.json")])
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_example_validates_decodes_and_comes_back_the_same(path: Path) -> None:
    schema = schema_of(path.parent.name)
    registry: Registry[Any] = Registry().with_resource(schema["$id"], Resource.from_contents(schema))
    for raw, model, where in models_in(path):
        validator = Draft202012Validator({"$ref": schema["$id"] + where}, registry=registry, format_checker=FormatChecker())
        validator.validate(json.loads(raw))
        if model is not None:
            again = model.model_validate_json(raw).model_dump_json(exclude_none=True)
            assert survives(json.loads(raw), json.loads(again))
            assert model.model_validate_json(again) == model.model_validate_json(raw)


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.suffix == ".jsonl"], ids=lambda path: path.stem)
def test_the_envelope_names_the_pages_that_follow(path: Path) -> None:
    envelope, *pages = (json.loads(line) for line in lines_of(path))
    assert envelope["pages"] == [page["kind"] for page in pages]


def test_a_schema_refuses_what_no_model_writes() -> None:
    validator = Draft202012Validator(schema_of("cdi.final.v1"))
    good = json.loads((SCHEMAS / "examples/cdi.final.v1/provisional.json").read_text(encoding="utf-8"))
    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"revenue": 1})
    assert not validator.is_valid(good | {"status": "done"})
    assert not validator.is_valid({key: value for key, value in good.items() if key != "kind"})


def test_every_fact_page_body_and_audience_has_an_example() -> None:
    facts: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for path in EXAMPLES:
        for raw, model, _ in models_in(path):
            if model is not None:
                seen.add((path.parent.name, model.__name__))
            facts |= {fact["kind"] for fact in json.loads(raw).get("facts", ())}
    expected = {(topic, model.__name__) for topic, kinds in PAGES_BY_TOPIC.items() for model in kinds}
    expected |= {(topic, model.__name__) for topic, model in MODEL_BY_TOPIC.items()}
    expected |= {("cdi.inbound.v1", model.__name__) for group in BODIES.values() for model in group}
    assert expected - seen == set()
    assert FACT_KINDS - facts == set()


def test_no_example_is_an_orphan() -> None:
    described = {schema_name(topic).removesuffix(".schema.json") for topic in TOPICS}
    assert {path.parent.name for path in EXAMPLES} == described
    assert {path.suffix for path in EXAMPLES} == {".json", ".jsonl"}


def test_every_page_kind_travels_on_some_topic() -> None:
    travelling = {model for kinds in PAGES_BY_TOPIC.values() for model in kinds}
    public = {model for model in Page.__subclasses__() if not model.__name__.startswith("_") and model.__module__.startswith("opencdi.")}
    assert public == travelling


def test_asyncapi_agrees_with_the_topics() -> None:
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    channels = document["channels"]
    assert set(channels) == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        channel = channels[topic.name]
        message = channel["messages"]["message"]
        kept = channel["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
        assert channel["address"] == topic.name
        assert message["contentType"] == topic.content_type
        assert kept == (-1 if topic.retention_days is None else topic.retention_days * 86_400_000)
        assert f"{topic.writer}.writes.{topic.name}" in document["operations"]


@pytest.mark.npm
def test_asyncapi_is_what_the_initiative_calls_asyncapi() -> None:
    official = Draft7Validator(official_schemas.asyncapi())
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    assert [(list(error.absolute_path), error.message) for error in official.iter_errors(document)] == []
    for wrong in ({"asyncapi": "2.6.0"}, {"channel": {}}, {"operations": {"a": {"action": "shout", "channel": {"$ref": "#/channels/a"}}}}):
        assert not official.is_valid(document | wrong)


def test_every_reference_of_asyncapi_leads_somewhere() -> None:
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            for each in value.values():
                yield from references(each)

    found = set(references(document))
    assert len(found) > len(TOPICS)
    for reference in found:
        file, _, pointer = reference.partition("#")
        target = json.loads((SCHEMAS / file).read_text(encoding="utf-8")) if file else document
        for step in pointer.strip("/").split("/") if pointer else ():
            target = target[step]


def test_the_physicians_schema_knows_no_money() -> None:
    text = (SCHEMAS / "cdi.provider-queries.v1.schema.json").read_text(encoding="utf-8")
    properties = {name for definition in json.loads(text)["$defs"].values() for name in definition.get("properties", ())}
    assert not {name for name in properties if any(word in name for word in ("drg", "weight", "severity", "effect", "priority", "met"))}


def test_dead_letters_share_one_contract() -> None:
    dead = [topic for topic in TOPICS if topic.name.startswith("cdi.dead.")]
    assert dead
    assert {schema_name(topic) for topic in dead} == {f"{DEAD}.schema.json"}

"""The contracts as other languages read them: JSON Schema 2020-12 a topic, closed vocabularies, AsyncAPI 3.0 over all (STYLE §3.5).

Printed by `opencdi schemas` into `schemas/`, committed, and checked for drift.  Nothing reads them at run time.  They say what this
release writes; who reads is lenient: unknown fields, kinds and pages are passed over and carried on.
"""

import json
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from opencdi.clinical import time, vocabulary
from opencdi.events import audiences, inbound, pages
from opencdi.events.entry import Envelope, Page
from opencdi.events.people import DECISIONS, QueryDismissed
from opencdi.events.topics import DAY_MS, JSON, NDJSON, TOPICS, Topic
from opencdi.knowledge.concepts import ATTRIBUTES
from opencdi.knowledge.site import SiteData

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEAD = "cdi.dead.v1"
"""All dead-letter topics share one contract: the bytes as they were, and headers that say why they lie here."""

_FACTS: tuple[type[Page], ...] = (pages.FactsPage, pages.TickPage, pages.SitePage)
PAGES_BY_TOPIC: dict[str, tuple[type[Page], ...]] = {
    "cdi.chart.v1": (*_FACTS, pages.TextsPage),
    "cdi.findings.v1": (*_FACTS, pages.FindingsPage, pages.FailedPage),
    "cdi.coding.v1": (*_FACTS, pages.FindingsPage, pages.CodingPage, pages.FailedPage),
    "cdi.queries.v1": (*_FACTS, pages.FindingsPage, pages.CodingPage, pages.QueriesPage, pages.FailedPage),
}
MODEL_BY_TOPIC: dict[str, type[BaseModel]] = {
    "cdi.outcomes.v1": audiences.MessageEnded,
    "cdi.drg-changes.v1": audiences.DrgChanged,
    "cdi.query-alerts.v1": audiences.QueryAlert,
    "cdi.provider-queries.v1": audiences.ProviderQuery,
    "cdi.final.v1": audiences.FinalCodeSet,
    "cdi.alarms.v1": audiences.Alarm,
}
BODIES: dict[str, tuple[type[BaseModel], ...]] = {
    "cdi.inbound.decision": DECISIONS,
    "cdi.inbound.receipt": (inbound.Receipt,),
    "cdi.inbound.site-data": (SiteData,),
    "cdi.inbound.site-mapping": (inbound.SiteMapping,),
    "cdi.inbound.tick": (inbound.Tick,),
    "cdi.inbound.poisoned": (inbound.EntryPoisoned,),
}
"""`inbound` carries bytes as received; these of its types are JSON of ours, by `ce_type`."""

_CE_HEADERS = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "description": "the entry id, or the entry id and an ordinal"},
    "ce_type": {"type": "string"},
    "ce_source": {"type": "string", "description": "the room, or the feed that sent it"},
    "ce_subject": {"type": "string", "description": "the encounter, or the tenant for what concerns all of it"},
    "ce_time": {"type": "string", "format": "date-time", "description": "received_at of the causing entry"},
    "content-type": {"type": "string"},
}
_INBOUND_HEADERS = {
    "tenant": {"type": "string"},
    "part": {"type": "string", "description": "k/n of one FHIR transaction"},
    "replays": {"type": "string", "description": "entry id of the dead letter that this is a second try of"},
    "by": {"type": "string", "description": "who had it tried again, as JSON: staff_id, name"},
    "mends": {"type": "string", "description": "encounter of that letter's entry, where it is one"},
    "backload": {"const": "1", "description": "history sent afterwards: baselines only"},
}
_DEAD_HEADERS = {
    "reason": {"type": "string", "description": "a reason code"},
    "where": {"type": "string", "description": "the field's name, never its value"},
    "room": {"type": "string"},
}


def _definitions(models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    _, schema = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    found: dict[str, Any] = schema["$defs"]
    for definition in found.values():
        if "const" in definition.get("properties", {}).get("kind", {}):  # it has a default in Python and is always written
            definition["required"] = ["kind", *definition.get("required", ())]
    return found


def _one_of(models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    mapping = {str(model.model_fields["kind"].default): f"#/$defs/{model.__name__}" for model in models}
    return {"oneOf": [{"$ref": ref} for ref in mapping.values()], "discriminator": {"propertyName": "kind", "mapping": mapping}}


def _headers(*more: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    properties = dict(_CE_HEADERS)
    for each in more:
        properties |= each
    return {"type": "object", "properties": properties, "required": [*_CE_HEADERS, *required]}


def schema_name(topic: Topic) -> str:
    """The file of a topic's schema, without folder."""
    return f"{DEAD if topic.name.startswith('cdi.dead.') else topic.name}.schema.json"


def topic_schema(topic: Topic) -> dict[str, Any]:
    """What one message is: for NDJSON one line of it, for bytes the JSON bodies among them and the headers."""
    head = {"$schema": DIALECT, "$id": f"urn:opencdi:{schema_name(topic)}", "title": topic.name, "description": topic.about}
    if (kinds := PAGES_BY_TOPIC.get(topic.name)) is not None:
        head["description"] += ". JSON Lines: first the Envelope, which names the pages, then one Page a line, in that order"
        definitions = _definitions((Envelope, *kinds)) | {"Page": _one_of(kinds)}
        return head | {"anyOf": [{"$ref": "#/$defs/Envelope"}, {"$ref": "#/$defs/Page"}], "$defs": definitions}
    if (model := MODEL_BY_TOPIC.get(topic.name)) is not None:
        return head | {"$ref": f"#/$defs/{model.__name__}", "$defs": _definitions((model,))}
    if topic.name == "cdi.inbound.v1":
        head["description"] += ". JSON bodies by ce_type: " + ", ".join(
            f"{kind}: {' | '.join(model.__name__ for model in models)}" for kind, models in BODIES.items()
        )
        models = tuple(model for group in BODIES.values() for model in group)
        headers = _headers(_INBOUND_HEADERS, required=("tenant",))
        headers["properties"] |= {"ce_type": {"enum": list(get_args(inbound.InboundType))}}
        definitions = _definitions(models) | {"Headers": headers}
        return head | {"anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models], "$defs": definitions}
    head |= {"title": "cdi.dead.<room>.v1", "description": "what a room could not use: the bytes as they were, and why"}
    return head | {"$defs": {"Headers": _headers(_DEAD_HEADERS, required=tuple(_DEAD_HEADERS))}}


def vocabularies() -> dict[str, list[str]]:
    """The closed lists: a new value of one of these is a new version of the contract."""
    named = {**vars(vocabulary), "Precision": time.Precision, "InboundType": inbound.InboundType, "FinalStatus": audiences.FinalStatus}
    lists = {name: [str(value) for value in get_args(told)] for name, told in named.items() if get_origin(told) is Literal}
    reasons = list(get_args(QueryDismissed.model_fields["reason"].annotation))
    return lists | {"DismissalReason": reasons, "FindingAttribute": sorted(ATTRIBUTES)}


def _channel(topic: Topic) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "cleanup.policy": ["delete"],
        "retention.ms": -1 if topic.retention_days is None else topic.retention_days * DAY_MS,
    }
    message = {
        "name": topic.name,
        "contentType": topic.content_type,
        "headers": {"$ref": f"./{schema_name(topic)}#/$defs/Headers"} if _is_bytes(topic) else {"$ref": "#/components/schemas/CloudEvents"},
        "bindings": {"kafka": {"key": {"type": "string", "description": f"keyed by {topic.keyed_by}"}}},
    }
    if not _is_bytes(topic):
        message["payload"] = {"$ref": f"./{schema_name(topic)}"}
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {"message": message},
        "bindings": {"kafka": {"topicConfiguration": kept}},
    }


def _is_bytes(topic: Topic) -> bool:
    return topic.content_type not in (NDJSON, JSON)


def asyncapi(software: str) -> dict[str, Any]:
    """All channels with their one writer each, as AsyncAPI 3.0."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OpenCDI",
            "version": software,
            "description": "Topics of the line of rooms. Messages carry CloudEvents 1.0 attributes in binary mode.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": JSON,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{topic.writer}.writes.{topic.name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "title": f"{topic.writer} alone writes {topic.name}",
            }
            for topic in TOPICS
        },
        "components": {"schemas": {"CloudEvents": _headers()}},
    }


def printed(software: str, more: dict[str, type[BaseModel]] | None = None) -> dict[str, str]:
    """File name -> text of everything in `schemas/`; `more` are schemas of models that live above this floor (rules)."""
    files = {schema_name(topic): topic_schema(topic) for topic in TOPICS} | {"vocabularies.json": vocabularies()}
    for name, model in (more or {}).items():
        files[name] = {"$schema": DIALECT, "$id": f"urn:opencdi:{name}", **TypeAdapter(model).json_schema()}
    texts = {name: json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for name, schema in files.items()}
    return texts | {"asyncapi.yaml": yaml.dump(asyncapi(software), Dumper=yaml.CSafeDumper, sort_keys=False, width=140, allow_unicode=True)}

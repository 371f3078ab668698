"""Every reason code that a sender can meet, found where the code raises it: how it ends, what is answered, and which field it names."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import opencdi
from opencdi.knowledge.specimens import Flaw

Ending = Literal["refused", "dead letter", "problem", "quarantined", "kept", "no effect"]
"""Refused at the door; stored and laid aside; used, with a remark; a value that is kept and not used; not used yet; nothing to say."""

_PACKAGE = Path(opencdi.__file__).parent
_PLACES = ("gateway", "intake", "events/hl7_structure.py", "bus/stepping.py", "cli/gate.py")
_CODE = re.compile(r"[A-Z][A-Z]+(?:_[A-Z0-9]+)*\Z")
_REFUSALS = frozenset({"NotFhir", "HTTPException", "outcome", "issue_of"})
_TABLES = frozenset({"UNUSED_BY_TYPE", "UNUSED_BY_KIND", "_UNUSED", "_NOTHING_SAID"})
_ENDING_BY_NAME: dict[str, Ending] = {
    "problem": "quarantined", "reason": "no effect", "POISONED": "dead letter", "PART_MISNUMBERED": "dead letter",
    "PARTS_MISSING": "dead letter",
    "OTHER_PERSON": "quarantined", "problems": "problem", "ignored": "no effect",
}  # fmt: skip
_ACKS = frozenset({"AA", "AE", "AR"})
_BAD_REQUEST = 400


class Code(NamedTuple):
    """A reason code, what becomes of the message, what is answered (AA: stored), and the field that it names, "" where that varies."""

    code: str
    ending: Ending
    answer: str
    where: str


def codes() -> frozenset[Code]:
    """All that the gateway and intake can say."""
    places = [_PACKAGE / place for place in _PLACES]
    files = [file for place in places for file in ([place] if place.suffix else sorted(place.rglob("*.py")))]
    said = (code for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) for code in _said(node))
    return frozenset((*said, *(Code(flaw, "quarantined", "AA", "") for flaw in get_args(Flaw))))


def _said(node: ast.AST) -> Iterator[Code]:
    match node:
        case ast.Call(func=ast.Name(id="Unusable"), args=told):
            yield from _first("dead letter", told)
        case ast.Call(func=ast.Name(id=name), args=[status, *told]) if name in _REFUSALS:
            for number in _numbers(status):
                if number >= _BAD_REQUEST:
                    yield from _first("refused", told, str(number))
        case ast.Return(value=ast.Tuple(elts=[_, reason])):  # a value, or why there is none
            yield from _first("quarantined", [reason])
        case ast.Tuple(elts=told) | ast.Call(args=told) if (ack := _ack_in(told)) is not None:
            yield from _first("refused", told[ack + 1 :], str(getattr(told[ack], "value", "")))
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=name) | ast.Attribute(attr=name)), args=[one]):
            if name in _ENDING_BY_NAME:
                yield from _first(_ENDING_BY_NAME[name], one.elts if isinstance(one, ast.Tuple) else [one])
        case ast.Call(func=ast.Name(id="ended" | "end" | "Told"), args=told, keywords=words):
            kept = any("kept_with_patient" in _constants(one) for one in told)
            for word in words:
                if word.arg in ("reason", "unused"):
                    yield from _first("kept" if kept else "no effect", [word.value])
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for target, value in zip(names, values, strict=False):
                yield from _assigned(target, value)
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _assigned(target, value)


def _ack_in(arguments: Sequence[ast.expr]) -> int | None:
    """Which of them is an acknowledgement code."""
    return next((nth for nth, told in enumerate(arguments) if isinstance(told, ast.Constant) and told.value in _ACKS), None)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[Code]:
    if not isinstance(target, ast.Name):
        return
    if target.id in _TABLES and isinstance(value, ast.Dict):
        for reason in value.values:
            yield from _first("no effect", [reason])
    elif target.id in _ENDING_BY_NAME:
        yield from _first(_ENDING_BY_NAME[target.id], [value])


def _first(ending: Ending, arguments: Sequence[ast.expr], answer: str = "AA") -> Iterator[Code]:
    """The code that comes first among the arguments (both, where one of two); behind it stands the field."""
    for nth, argument in enumerate(arguments):
        found = [text for text in _constants(argument) if _CODE.match(text) and text not in _ACKS]
        if found:
            where = _field(arguments[nth + 1]) if nth + 1 < len(arguments) else ""
            yield from (Code(text, ending, answer, where) for text in found)
            return


def _constants(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=otherwise):
            yield from (*_constants(body), *_constants(otherwise))
        case ast.Starred(value=inner) | ast.Tuple(elts=[inner, *_]):
            yield from _constants(inner)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, otherwise]):
            yield from _constants(otherwise)


def _numbers(value: ast.expr) -> Iterator[int]:
    return (node.value for node in ast.walk(value) if isinstance(node, ast.Constant) and isinstance(node.value, int))


def _field(value: ast.expr) -> str:
    """The field as the code names it; "…" for what is put in when it is said."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
    return ""

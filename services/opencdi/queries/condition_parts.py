"""What a condition is made of: the conditions inside it, and the thresholds that it names."""

from collections.abc import Iterator

from opencdi.queries.condition import AllOf, AnyOf, Condition, CountOf, Without

LIMITS = ("above", "at_least", "below", "at_most", "by", "times", "from_level", "dose_at_least")
"""The fields in which a condition names a threshold."""


def with_inner(condition: Condition) -> Iterator[Condition]:
    """The condition and those inside it."""
    yield condition
    match condition:
        case CountOf():
            inner: tuple[Condition, ...] = (*condition.of, *((condition.including,) if condition.including else ()))
        case AllOf() | AnyOf():
            inner = condition.of
        case Without():
            inner = (condition.of, condition.sign)
        case _:
            inner = ()
    for one in inner:
        yield from with_inner(one)


def limits_of(condition: Condition) -> Iterator[str]:
    """The names of thresholds that this condition reads."""
    for field in LIMITS:
        if isinstance(name := getattr(condition, field, None), str) and not (field == "by" and condition.kind == "stated"):
            yield name

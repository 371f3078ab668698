"""The life of a question: which moves are legal (DOMAIN B64).  Each move is a `QueryMoved` with its cause; there is no other way."""

from opencdi.clinical.vocabulary import QueryState

_SETTLED: frozenset[QueryState] = frozenset({"auto-resolved", "withdrawn", "superseded"})
_HELD: frozenset[QueryState] = frozenset({"addressed-uncertain", "addressed-awaiting-signature"})
_ASKED: frozenset[QueryState] = frozenset({"viewed", "answered", "escalated", "expired"})

LEGAL: dict[QueryState | None, frozenset[QueryState]] = {
    None: frozenset({"candidate"}),
    "candidate": frozenset({"waiting-for-documents", "draft"}) | _HELD | _SETTLED,
    "waiting-for-documents": frozenset({"draft"}) | _HELD | _SETTLED,
    "draft": frozenset({"approved", "dismissed", "expired"}) | _HELD | _SETTLED,
    "approved": frozenset({"sent"}) | _SETTLED,
    "sent": _ASKED | _HELD | _SETTLED,
    "viewed": frozenset({"answered", "escalated", "expired"}) | _HELD | _SETTLED,
    "escalated": _ASKED | _HELD | _SETTLED,
    "answered": frozenset({"answered-awaiting-chart", "validated", "closed"}) | _SETTLED,
    "answered-awaiting-chart": frozenset({"validated", "superseded", "withdrawn"}),
    "validated": frozenset({"closed"}),
    "addressed-uncertain": frozenset({"waiting-for-documents", "draft", "sent", "viewed", "escalated", "addressed-awaiting-signature"}) | _SETTLED,
    "addressed-awaiting-signature": frozenset({"waiting-for-documents", "draft", "sent", "viewed", "escalated", "addressed-uncertain"}) | _SETTLED,
    "closed": frozenset(),
    "withdrawn": frozenset(),
    "expired": frozenset(),
    "auto-resolved": frozenset(),
    "superseded": frozenset(),
    "dismissed": frozenset(),
}

OVER: frozenset[QueryState] = frozenset(state for state, following in LEGAL.items() if state is not None and not following)
UNANSWERED: frozenset[QueryState] = frozenset(
    {"candidate", "waiting-for-documents", "draft", "approved", "sent", "viewed", "escalated", "addressed-uncertain", "addressed-awaiting-signature"}
)
WITH_THE_PHYSICIAN: frozenset[QueryState] = frozenset({"sent", "viewed", "escalated"})


class IllegalMove(Exception):
    """Our bug: a move that the table does not know."""


def check_move(before: QueryState | None, after: QueryState) -> None:
    """Raises `IllegalMove` for a move that is not in the table."""
    if after not in LEGAL[before]:
        raise IllegalMove(f"{before} -> {after}")

"""The life of a question: which moves are legal (DOMAIN B64).  Each move is a `QueryMoved` with its cause; there is no other way.

From physician to physician a question is "sent" once more, wherever it stood with the first.
"""

from opencdi.clinical.vocabulary import QueryState

_SETTLED: tuple[QueryState, ...] = ("auto-resolved", "withdrawn", "superseded")
_HELD: tuple[QueryState, ...] = ("addressed-uncertain", "addressed-awaiting-signature")
_ASKED: tuple[QueryState, ...] = ("sent", "viewed", "answered", "escalated", "expired")

_RELEASED: tuple[QueryState, ...] = ("waiting-for-documents", "draft", "sent", "viewed", "answered", "escalated", "expired")
_LEGAL: dict[QueryState | None, tuple[QueryState, ...]] = {
    None: ("candidate",),
    "candidate": ("waiting-for-documents", "draft", "expired", *_HELD, *_SETTLED),
    "waiting-for-documents": ("draft", "expired", *_HELD, *_SETTLED),
    "draft": ("approved", "dismissed", "expired", *_HELD, *_SETTLED),
    "approved": ("sent", *_SETTLED),
    "sent": (*_ASKED, *_HELD, *_SETTLED),
    "viewed": ("sent", "answered", "escalated", "expired", *_HELD, *_SETTLED),
    "escalated": (*_ASKED, *_HELD, *_SETTLED),
    "answered": ("answered-awaiting-chart", "validated", "closed", *_SETTLED),
    "answered-awaiting-chart": ("validated", "expired", "superseded", "withdrawn"),
    "validated": ("closed",),
    "addressed-uncertain": (*_RELEASED, "addressed-awaiting-signature", *_SETTLED),
    "addressed-awaiting-signature": (*_RELEASED, "addressed-uncertain", *_SETTLED),
    "closed": (),
    "withdrawn": (),
    "expired": (),
    "auto-resolved": (),
    "superseded": (),
    "dismissed": (),
}
_REOPENED: dict[QueryState, tuple[QueryState, ...]] = {"auto-resolved": ("draft",)}
"""Moves that only a person makes, of a question that is over: what was resolved by itself is reversible (DOMAIN E.2)."""
LEGAL = {state: frozenset((*following, *(_REOPENED.get(state, ()) if state else ()))) for state, following in _LEGAL.items()}

DECIDED: frozenset[QueryState] = frozenset({"dismissed", "closed", "expired"})
"""Ended by a person's decision, or by nobody's answer: the same evidence never asks again (Q-55)."""
UNANSWERED: frozenset[QueryState] = frozenset(
    ("candidate", "waiting-for-documents", "draft", "approved", "sent", "viewed", "escalated", *_HELD)
)
WITH_THE_PHYSICIAN: frozenset[QueryState] = frozenset({"sent", "viewed", "escalated"})


class IllegalMove(Exception):
    """Our bug: a move that the table does not know."""


def check_move(before: QueryState | None, after: QueryState) -> None:
    """Raises `IllegalMove` for a move that is not in the table."""
    if after not in LEGAL[before]:
        raise IllegalMove(f"{before} -> {after}")

"""Which orders promise a pathology report: the one result that routinely comes after the patient has left."""

import re

from opencdi.events.facts import Coded

PATHOLOGY_LOINC = frozenset({"11526-1", "11529-5", "22634-0", "22637-3", "60567-5", "60568-3"})
"""LOINC document codes of pathology studies and reports."""
_WORDS = re.compile(r"patholog|biops|histolog|cytolog|frozen section", re.IGNORECASE)


def asks_for_pathology(code: Coded) -> bool:
    """Whether an order with this code ends in a pathologist's report."""
    return code.code in PATHOLOGY_LOINC or _WORDS.search(code.text) is not None

"""ICD-10 codes travel un-dotted and upper case (`N179`); the dot is for the screen (`N17.9`)."""

from typing import NewType

Icd10Cm = NewType("Icd10Cm", str)
Icd10Pcs = NewType("Icd10Pcs", str)


def undotted(code: str) -> Icd10Cm:
    """The travelling form of a diagnosis code."""
    return Icd10Cm(code.replace(".", "").strip().upper())


def dotted(code: str) -> str:
    """The form that people read."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"

"""FHIR R4: one resource, or the parts of one transaction, to what they tell."""

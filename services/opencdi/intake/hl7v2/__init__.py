"""HL7 v2: one message to what it tells."""

"""A synthetic hospital: stories in short form become HL7 v2 and FHIR messages, for the demo, the specs and the benches."""

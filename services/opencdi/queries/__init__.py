"""What the record leaves open: gaps, evidence, compliant questions and their life."""

"""Professional fees (CPT/HCPCS), outside inpatient coding: the seam for a payer's edits, and a pack read from CMS's own files (B47)."""

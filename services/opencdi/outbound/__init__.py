"""Tells other systems: questions as MDM and FHIR Task, closed sets as BAR, with retry and receipts (edge worker, not on the line).

It will read `provider-queries` and `final`, record its intent before it sends, and hand what was delivered, refused or viewed back to
the gateway, with ids derived from what was sent.  Nothing of it is needed for a question to reach the workbench.
"""

"""Hands questions over to their physicians: the ledger of budgets, bundles and quiet hours (edge worker, off by default, not on the line).

Without a policy in the site data every question is handed over by being sent, and none of this runs.  To come: questions as MDM and FHIR
Task, closed sets as BAR, with retry; what was delivered, refused or viewed re-enters by the gateway as what the ledger says does.
"""

"""Tells other systems (edge worker)."""

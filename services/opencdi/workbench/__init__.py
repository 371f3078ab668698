"""People: CDI specialist, physician, coder (edge worker: SQL projection and pages)."""

"""The command line: wiring, filters, demo."""

"""OpenCDI: open, event-driven, concurrent clinical documentation integrity."""

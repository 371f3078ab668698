"""SQL floor: engine and sessions for edge workers."""

"""The chart is closed: provisional, amended and attested code sets."""

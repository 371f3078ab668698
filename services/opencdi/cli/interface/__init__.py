"""The interface specification: what a sender may rely on, read out of the code that does it."""

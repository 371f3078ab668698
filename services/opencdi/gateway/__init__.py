"""The front door: answers every sender, promises nothing it has not stored."""

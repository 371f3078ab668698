"""What the notes say: sections, concepts, context."""

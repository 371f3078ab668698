"""How it travels: a room, and the two buses that run it exactly once."""

"""What happened to whom: one inbound message becomes facts about encounters."""

"""What travels: topics, the entry and its pages, facts, ids."""

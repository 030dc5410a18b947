"""The tables, and what their rows mean when read in order."""

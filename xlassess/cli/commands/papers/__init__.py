"""Verbs that write papers and data."""

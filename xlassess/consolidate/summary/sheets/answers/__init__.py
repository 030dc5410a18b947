"""Sheets that show what was answered, as counts, scores and levels."""

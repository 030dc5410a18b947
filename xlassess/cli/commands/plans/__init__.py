"""Verbs about the agreed plan and the workshop."""

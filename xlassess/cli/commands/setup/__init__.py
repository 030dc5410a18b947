"""Verbs about rounds, toolkits, ledgers and programmes."""

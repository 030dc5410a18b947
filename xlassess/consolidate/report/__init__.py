"""The report of a round: a Word file from a template and the round's figures."""

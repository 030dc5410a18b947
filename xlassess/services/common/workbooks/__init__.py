"""Issued workbooks: whose they are, issuing and reissuing them, and where they stand."""

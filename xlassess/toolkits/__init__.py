"""Toolkits: loading and checking them, their versions, and the exchange with Excel."""

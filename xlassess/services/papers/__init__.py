"""Papers and data: what is written from the answers."""

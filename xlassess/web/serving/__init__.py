"""Running the desk: where it listens, and what is made ready before the first page."""

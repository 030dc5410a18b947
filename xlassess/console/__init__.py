"""What people and machines are shown: plain text when piped, calm tables on a terminal."""

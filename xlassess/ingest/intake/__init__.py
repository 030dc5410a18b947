"""What was handed over, file by file."""

"""What was issued, returned and decided."""

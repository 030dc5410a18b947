"""Messages: who is due one, sending, and what came back."""

"""Commands about many partnerships at once."""

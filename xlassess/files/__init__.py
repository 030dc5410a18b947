"""Text files that people edit: YAML with line numbers, and what is wrong in it, in words."""

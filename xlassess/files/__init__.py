"""Files: YAML that people edit, with line numbers and what is wrong in words; rights and locks."""

"""The command line: one module per verb, with its click command and what it prints."""

"""What may be parsed at all: limits, packages, and files that are no workbooks."""

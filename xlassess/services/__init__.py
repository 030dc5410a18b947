"""One module per verb: takes an assessment, calls stages, returns a frozen result."""

"""One module per verb: gathers values from folder and ledger, calls a stage, keeps the result."""

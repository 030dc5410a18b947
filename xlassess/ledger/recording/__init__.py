"""Writing down what happened and what was decided."""

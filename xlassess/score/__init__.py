"""Pure scoring rules: answers to scorecards, agreement and bands."""

"""Files to returns: answers and findings."""

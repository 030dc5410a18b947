"""The tidy data of a round as files for other programs."""

"""The Profile sheet: live scores by the toolkit's own rule."""

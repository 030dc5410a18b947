"""What may be shown of whom: names, letters, words taken out, and figures that give nobody away."""

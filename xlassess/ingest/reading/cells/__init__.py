"""Single cells: where they stand, their texts, values and days, and remarks about them."""

"""Answers that come without a workbook: in a message, in a picture, or as a correction."""

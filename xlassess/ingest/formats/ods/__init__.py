"""OpenDocument spreadsheets: one pass over their content, and their styles."""

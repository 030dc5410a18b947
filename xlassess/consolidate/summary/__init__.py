"""The summary workbook of a round."""

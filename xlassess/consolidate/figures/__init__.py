"""What the answers of a round say: figures and lists, with no workbook in sight."""

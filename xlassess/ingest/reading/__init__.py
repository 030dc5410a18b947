"""From the cells of a returned workbook to answers and findings."""

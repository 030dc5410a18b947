"""Ledger and toolkits to the summary workbook."""

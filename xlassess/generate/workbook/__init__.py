"""The workbook a respondent fills in, sheet by sheet."""

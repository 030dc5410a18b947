"""The workbook contract: layout, names, seal and reference, for writer and reader alike."""

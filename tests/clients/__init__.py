"""Tests with the programs that partners use: LibreOffice, Gnumeric, and the Open XML SDK."""

"""Sheets that show what is proposed, decided and to be acted on."""

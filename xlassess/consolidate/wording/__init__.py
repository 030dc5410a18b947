"""The sentences, headings and written figures that every paper of a round shares."""

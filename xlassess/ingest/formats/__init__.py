"""The formats of returned files: what each kind needs to be looked at before it is parsed."""

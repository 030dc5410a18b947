"""An assessment on disk: its settings and its register of respondents."""

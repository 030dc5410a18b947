"""Plain values: toolkit, assessment, answer, finding. No input or output."""

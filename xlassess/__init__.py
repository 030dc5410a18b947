"""xlassess: run partnership self-assessments by Excel."""

__version__ = "0.1.0"

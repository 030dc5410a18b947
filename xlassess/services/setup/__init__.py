"""What assessments rest on: rounds, registers, settings, toolkits, ledgers."""

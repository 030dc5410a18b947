"""What assessments rest on: rounds, registers, toolkits, ledgers, programmes."""

"""What is agreed and followed up: plan, progress, workshop."""

"""The words people read, filled from `templates/`."""

"""Copies of the data file, bringing one back, and the check of the whole installation."""

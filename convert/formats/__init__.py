"""Files that models lie in: told apart, read and written."""

"""What the page calls, by what it is about."""

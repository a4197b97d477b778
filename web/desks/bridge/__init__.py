"""What passes between the page and Python."""

"""What somebody changed."""

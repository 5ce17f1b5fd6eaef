"""What happens in the community, and in what order."""

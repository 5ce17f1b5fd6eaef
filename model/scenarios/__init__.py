"""What makes one community differ from another: scenarios, their census, and case files."""

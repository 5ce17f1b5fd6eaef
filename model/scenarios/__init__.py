"""What makes one community differ from another: scenarios, the census in them, and the case files they are read from."""

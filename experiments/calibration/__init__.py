"""The model held against data: issue logs, fitted parameters, reported patterns."""

"""The model compared with data: issue logs, fitted parameters, reported patterns."""

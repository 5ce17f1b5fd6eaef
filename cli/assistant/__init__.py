"""A Model Context Protocol server: cogov for people who work with an assistant."""

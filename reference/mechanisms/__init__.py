"""The reference model of each mechanism."""

"""What cogov costs and whether it can be trusted, measured on this machine. Imported by the command line only."""

"""Write tables, stories and progress bars for the terminal."""

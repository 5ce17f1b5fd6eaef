"""Tables, stories and progress for the terminal."""

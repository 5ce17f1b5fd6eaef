"""Streets of communities that make up a city."""

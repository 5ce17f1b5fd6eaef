"""Statistics of paired runs. Imports neither the sweep runner nor any file format."""

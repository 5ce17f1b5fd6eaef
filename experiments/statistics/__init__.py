"""Statistics of paired runs. Knows neither sweeps nor the disk."""

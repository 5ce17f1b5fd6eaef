"""What everything stands on: compiled kernels, random numbers, parameters, files read strictly. Imports nothing else of cogov."""

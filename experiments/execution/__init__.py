"""Execute runs: in processes on this machine, on a Dask cluster, or as a job array."""

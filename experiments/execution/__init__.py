"""Where runs are executed: processes on this machine, a Dask cluster, job arrays."""

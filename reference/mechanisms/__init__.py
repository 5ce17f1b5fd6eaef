"""Reference models of the mechanisms, one file each."""

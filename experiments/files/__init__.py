"""Files that are read and written beside results: tables, case files, manifests."""

"""Read and write the files that go with results: tables, case files, manifests."""

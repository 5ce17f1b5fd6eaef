"""Measure a small reference workload, programmed three times: in C, in compiled columns, in Mesa agents."""

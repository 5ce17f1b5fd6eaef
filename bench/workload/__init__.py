"""Measure a small reference workload in three ways: in C, in compiled columns as the engine, in Mesa agents."""

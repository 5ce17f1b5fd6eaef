"""Measure what the browser page costs, by visitors with and without a browser."""

"""What is measured of a run to hold it against reports and measured facts."""

"""What a run did, measured: observed runs, and the measures of reported patterns and of facts."""

"""The first screen of the page: a finding, the town, one home; served, or in one file."""

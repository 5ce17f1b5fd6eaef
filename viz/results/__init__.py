"""A stored sweep as a page in the browser."""

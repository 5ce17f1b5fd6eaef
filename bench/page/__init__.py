"""What the browser page costs, and the visitors, with and without a browser, that measure it."""

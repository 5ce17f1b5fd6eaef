"""The server of the page: access control, response headers, and uvicorn."""

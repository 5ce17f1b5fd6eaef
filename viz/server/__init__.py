"""The server of the page: who may come in, and what is sent back."""

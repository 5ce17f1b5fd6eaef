"""Answers over plausible worlds: which mechanism to choose, how surely, and what that hangs on."""

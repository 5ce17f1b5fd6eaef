"""Issues, in the order of their life: where they arise, who reports them, how they are processed, and who consents."""

"""Issues, in the order of their life: how they arise, are reported, consented to, processed and closed."""

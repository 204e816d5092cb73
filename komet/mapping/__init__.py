"""Our codes for what a client's Komet calls by its own IDs: `imports` writes them."""

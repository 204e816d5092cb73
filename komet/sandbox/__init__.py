"""A Komet stand-in: a real HTTP server with seeded orders that speaks the contract."""

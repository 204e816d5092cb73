"""Tokens, client providers, the day's allowance, and the way to a client of Komet."""

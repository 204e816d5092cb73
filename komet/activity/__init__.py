"""Who did what, what it spent, what went wrong: read from the record, never written here."""

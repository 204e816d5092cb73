"""Any method of the Komet API, by hand: called, shown, remembered."""

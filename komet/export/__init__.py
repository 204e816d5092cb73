"""Orders, changes and planning as files, by sheets of our own or by a person's template."""

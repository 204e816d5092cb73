"""Orders, changes, planning and the activity as files, by our sheets or a person's template."""

"""SessionLens: recorded SSH sessions as evidence."""

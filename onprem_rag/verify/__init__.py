"""The checker: claims and facts of an answer against passages."""

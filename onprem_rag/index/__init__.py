"""The lexical and dense indexes, and their generations."""

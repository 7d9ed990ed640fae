"""Question sets into figures."""

"""Models that one may carry in: which, whether they fit, how to fetch them, their sums."""

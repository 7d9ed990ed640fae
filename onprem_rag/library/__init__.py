"""Documents, passages and the FAQ, behind SQL."""

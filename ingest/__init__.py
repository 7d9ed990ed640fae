"""Regulation files into library and index."""

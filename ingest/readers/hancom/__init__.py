"""Readers for the formats of the Hangul word processor."""

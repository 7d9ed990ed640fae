"""On-premise, offline question answering over Korean regulations."""

__version__ = "0.1.0"

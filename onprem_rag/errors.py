"""One error tree. Every message is Korean, says what is wrong and names the remedy."""

from __future__ import annotations


class OnpremRagError(Exception):
    """Base of all errors that a user may see; ``str(error)`` is the Korean message."""


class ConfigError(OnpremRagError):
    """The configuration, a prompt template or a command's argument is wrong."""


class ReadError(OnpremRagError):
    """A file could not be read; it costs that file only."""


class LibraryError(OnpremRagError):
    """The library is missing, damaged or of another schema."""


class IndexMismatchError(OnpremRagError):
    """The index is missing, damaged or was built by another embedder or version."""


class IndexServerError(OnpremRagError):
    """The index's server does not answer, or refuses."""


class ModelError(OnpremRagError):
    """An embedder or a language model could not be loaded or did not answer."""

"""What Korean regulation text says: words, references, quantities."""

"""A reading into documents (one a rule), and a document into passages."""

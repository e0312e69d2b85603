"""Use cases: one function, one transaction each; it asks for the right, decides by the rules, and leaves its messages."""

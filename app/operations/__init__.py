"""Use cases: one function, one transaction each. It asks for the right, decides by the rules, leaves its messages."""

"""Tables, queries and migrations, and the guarantee against double booking."""

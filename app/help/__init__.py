"""The guides for those who use a site, in each language, and the search over them; knows nothing of the rest."""

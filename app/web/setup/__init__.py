"""Set-up pages, one module per kind of record."""

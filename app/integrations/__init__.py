"""Outside things, one folder each, behind small interfaces."""

"""Everything out of an installation as one file, and into an empty one."""

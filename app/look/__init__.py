"""What a site looks like and how it speaks: plain values, checked and corrected; no table, no page, no clock."""

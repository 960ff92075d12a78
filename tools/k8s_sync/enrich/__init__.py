"""Puts the owners' columns into Zeek logs that were written without them."""

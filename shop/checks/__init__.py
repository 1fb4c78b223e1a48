"""What must always be true, a file for each part of the shop. shop/invariants.py asks them all."""

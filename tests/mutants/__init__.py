"""Defects of real shops, put into ours one at a time: each must be noticed by a walk or by a scene made for it."""

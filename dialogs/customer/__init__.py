"""顾客说的话: one dialogue one file; dialogs/register.py finds them."""

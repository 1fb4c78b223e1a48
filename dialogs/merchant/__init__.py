"""店主说的话: one command one file; role, preview, undo and audit are the same for all (dialogs/merchant/command.py)."""

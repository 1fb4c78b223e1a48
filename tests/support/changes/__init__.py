"""Migrations for the tests of migrating: two tables, then a change for which SQLite makes the first one anew."""

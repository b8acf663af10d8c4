"""Supervision, on top of the lifecycles it looks at: what a department sees, and what it does with it."""

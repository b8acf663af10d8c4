"""What the pages and one step cost, and whether that grows with the number of reviews. `make bench`.

Two databases, one small and one large, are filled by `manage.py seed` and kept for the next time. Both are served at
once, each by one gunicorn worker, and asked in turn; every figure that is judged is a ratio between two measurements
of the same round, so that a busy machine disturbs both alike.
"""

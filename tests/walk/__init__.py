"""Every order of steps through review, re-check, meeting and follow-up, by everybody, within a small size.

    python -m tests.walk            walks to the end, and prints how far that was

`beginnings` says where it starts and how small the world is, `moves` what may be done, `joint` when two situations are
the same, and `walking` goes from each to all that follow it. What must hold is in `tests/reviews/invariants.py`.
"""

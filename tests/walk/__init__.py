"""Every order of steps through review, re-check, meeting and follow-up, and through supervision (`supervision`), by
everybody, within a small size.

    python -m tests.walk            walks to the end, and prints how far that was

`beginnings` says where it starts and how small the world is, `moves` what may be done, `joint` when two situations are
the same, and `walking` goes from each to all that follow it; `place` says what it asks for that. What must hold is in
`tests/reviews/invariants.py`, and of supervision in `supervision/invariants.py` and beside each beginning.

How small: one activity; the smallest lawful committee (seven) and panel (five, with two more in the register); five or
six at a meeting; ballots of one round of one mind, or some for it and some of one other; one member who stands back or
leaves, one expert who leaves; a meeting is one day, and a second is planned only before the first is opened; of time,
the next end and no moment between. Rounds, versions, returned modifications and follow-ups are not bounded: the next
begins where the last began. Left out are the simplified and the emergency procedure, reports, amendments and appeals,
and a follow-up that is reported while a review anew is before the committee.
"""

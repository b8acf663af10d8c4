"""2020 again: the registered trials of both provinces, reviewed under an emergency by today's rules.

    python -m tests.replay

prints what came of it beside the published figures. The real dates of registration are moved by whole weeks, so that
weekends stay weekends, to where every rule in force today applies. Each trial goes through every step at its moved
date. What the register does not say is dealt out, and said in the table: what the committees decided (in the
proportions of the Henan committee of 2020), and how soon each side acted (PACE).

Whatever happens to a trial afterwards joins by `Replay.later`: an amendment at its own moved date, for instance.
"""

"""The service as a site runs it, in processes of its own, seen from outside: what it does (`behave`), and what becomes
of it when its parts are killed (`faults`).
"""

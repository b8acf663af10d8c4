"""The lists that Django's admin draws. People, bodies and appointments are kept here; what has a lifecycle is only
read: its state changes by steps, on pages of its own.
"""

from reviews.desk.registers import keeping, lifecycles, reading, together

__all__ = ["keeping", "lifecycles", "reading", "together"]

"""Believable invented data, made as in life: for trying the service out, for tests, and for measuring it."""

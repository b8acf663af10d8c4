"""Runs the replay in a database of its own, which is thrown away, and prints its figures."""

import sys

import pytest

sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/reviews/test_replay.py"]))

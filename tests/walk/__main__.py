"""Walks to the end, in a database of its own, which is thrown away; prints the figures.

python -m tests.walk [meeting | recheck | approval | complaint | investigation | sanction | inspection | sample
| warning | disclosure | reports ...]
"""

import os
import sys

import pytest

os.environ.setdefault("WALK", "all")
os.environ.setdefault("LOG_LEVEL", "WARNING")
wanted = " or ".join(f"the_{name}" for name in sys.argv[1:]) or "beginning"
sys.exit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", "tests/walk/test_walk.py", "-k", wanted]))

"""python -m tests.year [--projects 1000] [--seed 20270129]: in a database of its own, which is thrown away."""

import argparse
import os
import sys

import pytest

parser = argparse.ArgumentParser(prog="python -m tests.year")
parser.add_argument("--projects", type=int, default=1000)
parser.add_argument("--seed", type=int, default=20270129)
wanted = parser.parse_args()
os.environ["YEAR_PROJECTS"], os.environ["YEAR_SEED"] = str(wanted.projects), str(wanted.seed)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/year"]))

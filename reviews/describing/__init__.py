"""The pages under docs/generated: what the code declares, written out for people."""

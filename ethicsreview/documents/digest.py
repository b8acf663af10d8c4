"""The digests printed on letters and beside files are those of the trail, which stands on a lower floor."""

from ethicsreview.trail.digest import canonical_json, sm3

__all__ = ["canonical_json", "sm3"]

"""Supervision in the demonstration: what departments look into, order, publish and ask for, each at some of its stages.

All of it goes by the steps of those whose they are, and nothing of it is late when the demonstration begins.
"""

from reviews.samples.supervision import draws, misconduct, programmes, telling, visits, watching, yearly
from reviews.samples.supervision.scene import Scene

__all__ = ["Scene", "oversee"]


def oversee(scene: Scene) -> None:
    sanctioned = misconduct.look_into(scene)
    visits.inspect(scene)
    draws.sample(scene)
    watching.watch(scene)
    programmes.fund(scene)
    telling.disclose(scene, sanctioned)
    yearly.report(scene)
    yearly.teach(scene)

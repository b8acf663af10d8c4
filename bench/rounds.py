"""Repeated rounds: in each, every page of every site is asked once, forwards and backwards by turns."""

from collections import defaultdict

from bench.load import Target, rate

WARM = 12  # requests before the first round: templates compiled, connections open, caches of the database filled


def measure(targets: dict[int, list[Target]], rounds: int, requests: int) -> dict[int, dict[str, list[float]]]:
    """The rates by port and page, one for each round.

    One page of both sites is asked back to back, so that what disturbs the machine disturbs both.
    """
    pairs = [
        (port, target)
        for several in zip(*targets.values(), strict=True)
        for port, target in zip(targets, several, strict=True)
    ]
    for port, target in pairs:
        rate(port, target, WARM)
    rates: dict[int, dict[str, list[float]]] = {port: defaultdict(list) for port in targets}
    for number in range(rounds):
        for port, target in pairs if number % 2 == 0 else reversed(pairs):
            rates[port][target.name].append(rate(port, target, requests))
    return {port: dict(found) for port, found in rates.items()}

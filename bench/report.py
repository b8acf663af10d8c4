"""From measurements to figures, and from figures to a verdict."""

from collections.abc import Iterator
from statistics import median
from typing import Any

BARE = "bare page"
LARGE_TO_SMALL, SWEEP_TO_PLAIN = 0.85, 3.0
NOTICES_TO_TASKS, TELLING_TO_ALONE = 0.5, 1.1


def ratio(upper: list[float], lower: list[float]) -> float:
    """The median over the rounds of one rate by the other."""
    return median(a / b for a, b in zip(upper, lower, strict=True))


def missed(found: dict[str, Any]) -> list[str]:
    """Every limit that does not hold."""
    problems = [words for pair in found["pairs"] for words in _missed_by(pair)]
    if (part := found["sweep"]["ratio"]) > SWEEP_TO_PLAIN:
        problems.append(f"sweep: {part:.2f} of the plain SQL, at most {SWEEP_TO_PLAIN:g}")
    post = found["post"]
    if post["ratio"] < NOTICES_TO_TASKS:
        problems.append(f"notices: {post['ratio']:.2f} of Celery's empty tasks, at least {NOTICES_TO_TASKS}")
    if post["step_ratio"] > TELLING_TO_ALONE:
        problems.append(f"ten recipients: {post['step_ratio']:.2f} of the request alone, at most {TELLING_TO_ALONE}")
    return problems


def _missed_by(pair: dict[str, Any]) -> Iterator[str]:
    bare = pair["pages"][BARE]["rates"]
    for name, page in pair["pages"].items():
        if name == BARE:
            continue
        most, least = page["limits"]
        for size, queries, rates, plain in zip(pair["sizes"], page["queries"], page["rates"], bare, strict=True):
            if queries > most:
                yield f"{name}, {size} reviews: {queries} queries, at most {most}"
            if (part := ratio(rates, plain)) < least:
                yield f"{name}, {size} reviews: {part:.2f} of the bare page, at least {least}"
        small, large = page["rates"]
        if (part := ratio(large, small)) < LARGE_TO_SMALL:
            yield f"{name}: large to small {part:.2f}, at least {LARGE_TO_SMALL}"


def _of_pair(pair: dict[str, Any]) -> Iterator[str]:
    small, large = pair["sizes"]
    yield ""
    yield f"{'':32}{'queries':>16}{'pages a second':>22}{'of the bare page':>20}{'large':>8}"
    yield f"{'':32}{small:>8}{large:>8}{small:>11}{large:>11}{small:>10}{large:>10}{'/small':>8}"
    bare = pair["pages"][BARE]["rates"]
    for name, page in pair["pages"].items():
        queries = "".join(f"{number:>8}" for number in page["queries"])
        speed = "".join(f"{median(rates):>11.1f}" for rates in page["rates"])
        parts = "".join(f"{ratio(rates, plain):>10.2f}" for rates, plain in zip(page["rates"], bare, strict=True))
        yield f"{name:32}{queries}{speed}{parts}{ratio(page['rates'][1], page['rates'][0]):>8.2f}"


def table(found: dict[str, Any]) -> str:
    lines = [line for pair in found["pairs"] for line in _of_pair(pair)]
    lines += ["", f"one step, {found['steps'][0]['step']}: milliseconds (queries)"]
    for part in found["steps"][0]["milliseconds"]:
        cells = "".join(f"{step['milliseconds'][part]:>12.2f} ({step['queries'][part]:g})" for step in found["steps"])
        lines.append(f"{part:20}{cells}")
    lines.append(f"{'in all':20}" + "".join(f"{step['total_milliseconds']:>12.2f}    " for step in found["steps"]))
    swept = found["sweep"]
    lines += [
        "",
        f"sweep of {swept['due']} due among {swept['rows']} open: {swept['sweep_milliseconds']:.0f} ms, "
        f"plain SQL {swept['plain_milliseconds']:.0f} ms, ratio {swept['ratio']:.2f}",
    ]
    post = found["post"]
    lines += [
        f"post: {post['notices_a_second']:.0f} notices a second, {post['tasks_a_second']:.0f} empty tasks on the same "
        f"broker, ratio {post['ratio']:.2f}",
        f"a step's request: {post['step_alone_milliseconds']:.1f} ms, with ten recipients "
        f"{post['step_telling_milliseconds']:.1f} ms, ratio {post['step_ratio']:.2f}",
    ]
    lines += ["", *(found["missed"] or ["all limits hold"])]
    return "\n".join(lines)

"""An empty task, and a worker's own account of how long it took over so many of them."""

import json
import os
import time
from pathlib import Path

from config.celery import app

NUMBER, ANSWER = int(os.environ["BENCH_TASKS"]), Path(os.environ["BENCH_ANSWER"])
done: list[float] = []


@app.task(name="bench.empty")
def empty() -> None:
    """The last one writes down the seconds between it and the first."""
    done.append(time.perf_counter())
    if len(done) == NUMBER:
        part = ANSWER.with_suffix(".part")
        part.write_text(json.dumps(done[-1] - done[0]))
        part.rename(ANSWER)

"""A chart as plain data: drawn by ECharts where scripts run, and always as a table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# At least 3:1 against white and told apart without red and green.
COLOURS = ["#0b5394", "#b45309", "#6b4fa0", "#3b7a78", "#5f6b7a"]


@dataclass(frozen=True)
class Chart:
    """`series` names each row of numbers, one number for each of `labels`; `of` says what the labels are."""

    name: str
    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    kind: Literal["bar", "line"] = "bar"
    stacked: bool = False
    of: str = ""

    def __post_init__(self) -> None:
        for name, values in self.series.items():
            if len(values) != len(self.labels):
                raise ValueError(f"{self.name}: {name} has {len(values)} values for {len(self.labels)} labels")

    @property
    def data_id(self) -> str:
        return f"chart-{self.name}"

    @property
    def option(self) -> dict[str, Any]:
        stack = {"stack": self.name} if self.stacked else {}
        return {
            "aria": {"enabled": True},
            "color": COLOURS,
            "tooltip": {"trigger": "axis", "renderMode": "richText"},
            "legend": {"show": len(self.series) > 1},
            "xAxis": {"type": "category", "data": [str(label) for label in self.labels]},
            # Half a case is none: where whole things are counted, no line is drawn between them.
            "yAxis": {"type": "value"} | ({"minInterval": 1} if self.counts else {}),
            "series": [
                {"name": str(name), "type": self.kind, "data": list(values), **stack}
                for name, values in self.series.items()
            ],
        }

    @property
    def counts(self) -> bool:
        return all(isinstance(value, int) for values in self.series.values() for value in values)

    @property
    def rows(self) -> list[tuple[str, list[float]]]:
        return [(label, [values[place] for values in self.series.values()]) for place, label in enumerate(self.labels)]

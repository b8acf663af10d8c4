// Draws every [data-chart] from the JSON that stands beside it. Needs echarts.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const drawing = window.echarts.init(place, null, { renderer: "svg" });
    drawing.setOption(JSON.parse(document.getElementById(place.dataset.chart).textContent));
    window.addEventListener("resize", () => drawing.resize());
  }
});

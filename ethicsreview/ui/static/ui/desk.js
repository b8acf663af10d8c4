// In a table of the admin, controls have no label that a screen reader could say: they get that of their column.
"use strict";

const headingOf = (control) => {
  const field = [...(control.closest("td")?.classList ?? [])].find((name) => name.startsWith("field-"));
  return field && control.closest("table").querySelector(`th.${field.replace("field-", "column-")}`);
};

const nameControls = (root) => {
  for (const control of root.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const label = control.labels?.[0] ?? headingOf(control);
    if (!label) continue;
    const words = label.textContent.trim();
    if (!control.labels?.length) control.setAttribute("aria-label", words);
    // A searchable select is drawn beside the real one, without its name.
    for (const drawn of control.parentElement.querySelectorAll(".select2-selection, .select2-selection__rendered")) {
      drawn.removeAttribute("aria-labelledby");
      drawn.setAttribute("aria-label", words);
    }
  }
  root.querySelectorAll("th.original:empty").forEach((heading) => heading.setAttribute("role", "presentation"));
};

// The admin's own scripts draw selects and add rows at times of their own.
document.addEventListener("DOMContentLoaded", () => {
  nameControls(document);
  new MutationObserver(() => nameControls(document)).observe(document.body, { childList: true, subtree: true });
});

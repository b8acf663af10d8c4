// Small behaviours that pages ask for by attributes; every page also works without them.
"use strict";

// <form data-confirm="…">: what cannot be undone is asked about once more.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A form that is just being saved by itself is sent once that is answered: sent across it, the page would not know
// what was saved, and be told of a conflict with itself.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.dataset.autosave || !form.classList.contains("htmx-request")) return;
  event.preventDefault();
  const { submitter } = event;
  form.addEventListener("htmx:afterRequest", () => setTimeout(() => form.requestSubmit(submitter)), { once: true });
});

// Another form of the page (an attachment, the language) leaves it: what is being written is saved first.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (form) form.dataset.unsaved = "yes";
});
document.addEventListener("htmx:beforeRequest", (event) => delete event.target.dataset?.unsaved);
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  const written = document.querySelector("form[data-autosave].htmx-request, form[data-autosave][data-unsaved]");
  if (event.defaultPrevented || !window.htmx || !written || written === target) return;
  event.preventDefault();
  written.addEventListener("htmx:afterRequest", () => setTimeout(() => target.requestSubmit(submitter)), { once: true });
  if (!written.classList.contains("htmx-request")) window.htmx.trigger(written, "change");
});

// The same button pressed twice sends once.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A page that comes back with errors begins at their summary.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-error-summary]")?.focus();
});

// <… data-autosave="#status">: says beside the form whether the draft is kept. The words come from the page.
const tell = (event, word) => {
  const form = event.target.closest?.("[data-autosave]");
  const status = form && document.querySelector(form.dataset.autosave);
  if (status) status.textContent = status.dataset[word] ?? "";
};
document.addEventListener("htmx:beforeRequest", (event) => tell(event, "saving"));
document.addEventListener("htmx:afterRequest", (event) => tell(event, event.detail.successful ? "saved" : "failed"));
document.addEventListener("htmx:sendError", (event) => tell(event, "failed"));

// <div data-many>: a long list of boxes to tick, narrowed by words, ticked or cleared as far as it is shown.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-many]").forEach((many) => {
    const rows = [...many.querySelectorAll(".form-check")];
    const find = many.querySelector("input[type=search]");
    const tick = (on) => rows.filter((row) => !row.hidden).forEach((row) => (row.querySelector("input").checked = on));
    many.querySelector(".many-tools").hidden = false;
    find.addEventListener("input", () => {
      const words = find.value.trim().toLowerCase();
      rows.forEach((row) => (row.hidden = !row.textContent.toLowerCase().includes(words)));
    });
    find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    many.querySelector("[data-many-all]").addEventListener("click", () => tick(true));
    many.querySelector("[data-many-none]").addEventListener("click", () => tick(false));
  });
});

// <button data-print>
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

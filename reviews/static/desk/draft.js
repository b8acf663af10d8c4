// Says beside the form that a draft is on its way, or that it did not arrive. That it is kept, the server says itself.
"use strict";

const say = (event, word) => {
  const form = event.target.closest?.("[data-draft]");
  const place = form && document.querySelector(form.dataset.draft);
  if (!place) return;
  place.textContent = form.dataset[word];
  place.classList.toggle("late", word === "failed");
};
document.addEventListener("htmx:beforeRequest", (event) => say(event, "saving"));
document.addEventListener("htmx:responseError", (event) => say(event, "failed"));
document.addEventListener("htmx:sendError", (event) => say(event, "failed"));

// Everything works without this. It moves the reader to what went wrong, and keeps a form from
// being sent twice by a double click; the server would carry it out once anyway.
"use strict";

const errors = document.getElementById("errors");
if (errors) {
  errors.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// A page that comes back by the back button may send its form again: it is told what was done.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});

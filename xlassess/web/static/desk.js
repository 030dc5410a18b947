// Everything works without this. It moves the reader to what went wrong, keeps a form from being
// sent twice by a double click (the server would carry it out once anyway), and shows how far jobs
// are while the page is open.
"use strict";

document.documentElement.classList.add("script");

function toErrors() {
  const errors = document.getElementById("errors");
  if (errors) {
    errors.focus();
  }
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

// Tells those who listen to the page rather than see it.
function say(text) {
  const place = document.getElementById("said");
  if (place) {
    place.textContent = text;
  }
}

// Puts what has changed in the parts of a page that say so; forms elsewhere stay as they are.
function swap(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-swap]")) {
    const other = fresh.getElementById(part.id);
    if (other) {
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(other);
      const again = focused && document.getElementById(focused);
      if (again) {
        again.focus();
      }
    }
  }
  followJobs();
}

async function refresh() {
  const answer = await fetch(location.href);
  if (answer.ok) {
    swap(await answer.text());
  }
}

const followed = new Map();

function followJobs() {
  for (const [address, source] of followed) {
    source.close();
    followed.delete(address);
  }
  for (const job of document.querySelectorAll("[data-job]")) {
    const source = new EventSource(job.dataset.job);
    followed.set(job.dataset.job, source);
    source.addEventListener("count", (event) => {
      const [done, total] = JSON.parse(event.data);
      const bar = job.querySelector("progress");
      bar.max = total;
      bar.value = done;
      job.querySelector("[data-count]").textContent = `${done} of ${total}`;
    });
    source.addEventListener("thing", (event) => {
      const things = job.querySelector("[data-things]");
      if (!things) {
        return;
      }
      const made = document.createElement("tbody");
      made.innerHTML = event.data;
      const row = made.firstElementChild;
      const old = [...things.children].find((one) => one.dataset.thing === row.dataset.thing);
      if (old) {
        old.replaceWith(row);
      } else {
        things.append(row);
      }
    });
    source.addEventListener("over", async () => {
      source.close();
      await refresh();
      say("Done.");
    });
  }
}

toErrors();
followJobs();

// The next and the one before are one key away, where the key does nothing else: not while
// something is typed in, and not in a table that moves sideways.
document.addEventListener("keydown", (event) => {
  const busy = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  if (busy || event.defaultPrevented) {
    return;
  }
  const at = event.target.closest("input, textarea, select, .scroll, [contenteditable]");
  const free = !at || (at.matches(".scroll") && at.scrollWidth <= at.clientWidth);
  const link = free && document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

// Figures that are being worked out are looked for again; without this, by the link on the page.
if (document.querySelector("[data-again]")) {
  setTimeout(() => window.location.reload(), 1000);
}

// Everything works without this. It moves the reader to what went wrong, keeps a form from being
// sent twice by a double click (the server would carry it out once anyway), and shows how far jobs
// are while the page is open.
"use strict";

document.documentElement.classList.add("script");

// Where the reader goes on: at what went wrong, or else at what was done. Whoever went to the next
// by an arrow key goes on below the menu, where the key was told. A screen reader reads out what it
// is led to; as a live region as well, that would be told twice.
function toErrors() {
  const turned = sessionStorage.getItem("turned") && document.getElementById("turn");
  sessionStorage.removeItem("turned");
  const place = document.getElementById("errors") || document.getElementById("done") || turned;
  if (place) {
    if (place.id === "done") {
      place.removeAttribute("role");
    }
    place.focus();
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

function toldDone() {
  const place = document.getElementById("done");
  return place ? place.textContent : "";
}

// Puts what has changed in the parts of a page that say so; forms elsewhere stay as they are.
function swap(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-swap]")) {
    const other = fresh.getElementById(part.id);
    if (other) {
      if (part.id === "done") {
        // It keeps the focus, and is not read out for that: what has changed is said, once.
        part.className = other.className;
        part.replaceChildren(...other.childNodes);
        continue;
      }
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
      const before = toldDone();
      await refresh();
      const now = toldDone();
      const ended = "What was going on has ended. The page shows what came of it.";
      say(now && now !== before ? now : ended);
    });
  }
}

// Files and folders that are dropped, with the path that each has below what was dropped.
async function filesIn(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return [[file, path + file.name]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // a folder is told in parts, until one is empty
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) {
      return found;
    }
    for (const one of some) {
      found.push(...(await filesIn(one, `${path}${entry.name}/`)));
    }
  }
}

async function dropped(transfer) {
  // what is dropped is gone after the first pause: it is taken out before
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry() || item.getAsFile());
  const files = [];
  for (const entry of entries) {
    files.push(...(entry instanceof File ? [[entry, entry.name]] : await filesIn(entry, "")));
  }
  return files;
}

function chosen(form) {
  const inputs = [...form.querySelectorAll('input[type="file"]')];
  return inputs.flatMap((one) => [...one.files].map((f) => [f, f.webkitRelativePath || f.name]));
}

// One upload at a time: each needs the number that the page has after the one before.
let uploads = Promise.resolve();

function handOver(files) {
  uploads = uploads.then(() => upload(files)).catch(() => say("It could not be handed over."));
}

function upload(files) {
  const form = document.querySelector("[data-drop]");
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") {
      data.append(name, value);
    }
  }
  const field = form.querySelector('input[type="file"]').name;
  for (const [file, path] of files) {
    data.append(field, file, path);
  }
  const sending = form.querySelector(".sending");
  const [bar, text] = [sending.querySelector("progress"), sending.querySelector("span")];
  sending.hidden = false;
  text.textContent = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("loadend", () => {
      showAnswer(request);
      done();
    });
    request.open("POST", form.action);
    request.send(data);
  });
}

function showAnswer(request) {
  const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = fresh.querySelector("main");
  if (!main) {
    document.querySelector(".sending span").textContent =
      "This did not arrive. Is the desk still open? Try again.";
    return;
  }
  // What is put into the page is not said by itself: the reader is led to it.
  for (const told of main.querySelectorAll('[role="alert"], [role="status"]')) {
    told.setAttribute("role", "group");
  }
  document.querySelector("main").replaceWith(main);
  document.title = fresh.title;
  // Where it led to: what is fetched anew from there tells the end of this, too.
  history.replaceState(null, "", request.responseURL);
  toErrors();
  followJobs();
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-drop]")) {
    event.preventDefault();
    delete event.target.dataset.sent;
    handOver(chosen(event.target));
  }
});

let inside = 0;
for (const [kind, step] of [["dragenter", 1], ["dragleave", -1]]) {
  document.addEventListener(kind, () => {
    inside = Math.max(0, inside + step);
    document.documentElement.classList.toggle("over", inside > 0);
  });
}
document.addEventListener("dragover", (event) => {
  if (document.querySelector("[data-drop]")) {
    event.preventDefault();
  }
});
document.addEventListener("drop", async (event) => {
  inside = 0;
  document.documentElement.classList.remove("over");
  if (document.querySelector("[data-drop]")) {
    event.preventDefault();
    const files = await dropped(event.dataTransfer);
    if (files.length > 0) {
      handOver(files);
    }
  }
});

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
    sessionStorage.setItem("turned", "yes");
    link.click();
  }
});

// Figures that are being worked out are looked for again; without this, by the link on the page.
if (document.querySelector("[data-again]")) {
  setTimeout(() => window.location.reload(), 1000);
}

// A session ends when it is not used for a while. Whoever types keeps it; whoever does nothing is
// told five minutes before, and stays with one button (WCAG 2.2, 2.2.1).
"use strict";

(() => {
  const limit = Number(document.currentScript.dataset.seconds) * 1000;
  const before = 5 * 60 * 1000;
  let used = 0;
  let told = null;
  let asking = false;

  // The session is one for all tabs: what is done in one is known in the others.
  function keep() {
    used = Date.now();
    localStorage.setItem("used", String(used));
  }

  function idleFor() {
    return Date.now() - Math.max(used, Number(localStorage.getItem("used")));
  }

  function quiet() {
    if (told) {
      told.remove();
      told = null;
    }
  }

  async function stay() {
    if (asking) {
      return;
    }
    asking = true;
    try {
      const answer = await fetch("/account", { method: "HEAD" });
      if (answer.ok) {
        keep();
        quiet();
      } else {
        used = 0;
        localStorage.removeItem("used");
      }
    } finally {
      asking = false;
    }
  }

  function tell(text, button) {
    const place = document.querySelector("main");
    if (!told) {
      told = document.createElement("div");
      told.className = "note";
      told.setAttribute("role", "alert");
      place.prepend(told);
    }
    if (told.dataset.text === text) {
      return;
    }
    told.dataset.text = text;
    const line = document.createElement("p");
    line.textContent = text;
    told.replaceChildren(line);
    if (button) {
      const pressed = document.createElement("button");
      pressed.type = "button";
      pressed.textContent = "Stay logged in";
      pressed.addEventListener("click", stay);
      told.append(pressed);
    }
  }

  document.addEventListener("input", () => {
    if (idleFor() > before) {
      stay();
    }
  });

  keep();
  setInterval(() => {
    const idle = idleFor();
    if (idle > limit) {
      tell("You are logged out. Copy what you typed before you leave this page.", false);
    } else if (idle > limit - before) {
      tell("Nothing was done here for a while. You will be logged out in five minutes.", true);
    } else {
      quiet();
    }
  }, 10000);
})();

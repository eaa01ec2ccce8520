// Keeps a page live: it asks for the page again, and replaces the parts that changed. The server leaves data-live out when nothing changes any more.
"use strict";

const slowest = 10000; // milliseconds between two requests when nothing changes
let pause = 1000;
let tag = "";

function say(text, on) {
  const live = document.getElementById("live");
  if (live && live.textContent !== text) live.textContent = text;
  if (live) live.classList.toggle("on", on);
}

const scrollers = () => [...document.querySelectorAll(".scroll, .drawing, pre, .cause")];
const focusable = (part) => [...part.querySelectorAll("a, [tabindex]")];

// Where the focus is, and how far what has a scroll bar is scrolled.
function place() {
  const active = document.activeElement;
  const part = active && active.closest("[data-part]");
  return {
    part,
    href: active && active.getAttribute("href"),
    index: part ? focusable(part).indexOf(active) : -1,
    scrolled: scrollers().map((e) => [e.scrollLeft, e.scrollTop]),
  };
}

// Puts the focus on the same link, or on the one that took its place.
function restore(before) {
  scrollers().forEach((e, i) => {
    if (before.scrolled[i]) [e.scrollLeft, e.scrollTop] = before.scrolled[i];
  });
  if (before.index < 0 || before.part.isConnected) return;
  const all = focusable(document.getElementById(before.part.id));
  const same = all.find((e) => before.href && e.getAttribute("href") === before.href) || all[before.index];
  if (same) same.focus({ preventScroll: true });
}

// Replaces the parts that changed, and reports whether there were any.
function update(next) {
  const before = place();
  let changed = false;
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = next.getElementById(part.id);
    if (other && other.outerHTML !== part.outerHTML) {
      part.replaceWith(document.importNode(other, true));
      changed = true;
    }
  }
  if (changed) restore(before);
  return changed;
}

async function ask() {
  const began = performance.now();
  try {
    const response = await fetch(location.href, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
    if (response.status === 304) {
      pause = Math.min(slowest, pause * 1.3);
    } else if (response.ok) {
      tag = response.headers.get("ETag") || "";
      const next = new DOMParser().parseFromString(await response.text(), "text/html");
      pause = update(next) ? 1000 : Math.min(slowest, pause * 1.3);
      if (!next.body.hasAttribute("data-live")) {
        document.body.removeAttribute("data-live");
        const status = document.querySelector(".lead .status");
        return say(`Ended${status ? `: ${status.lastChild.textContent}` : ""}. Reload the page if it is redriven.`, false);
      }
    } else if (response.status === 404) {
      return say("The server does not have this any more.", false);
    }
    say("Live", true);
  } catch {
    pause = slowest / 2;
    say("The server does not answer. Trying again.", false);
  }
  // A page that takes long is asked for less often.
  setTimeout(whenSeen, Math.max(pause, 10 * (performance.now() - began)));
}

// Asks when somebody looks.
function whenSeen() {
  if (!document.hidden) return ask();
  document.addEventListener("visibilitychange", whenSeen, { once: true });
}

// A drawing that is wider than its window begins at its first state.
for (const drawing of document.querySelectorAll(".drawing")) {
  const top = (e) => e.getBoundingClientRect().top;
  const first = [...drawing.querySelectorAll("g.node")].reduce((a, b) => (a && top(a) <= top(b) ? a : b), null);
  if (!first) continue;
  const [window, state] = [drawing.getBoundingClientRect(), first.getBoundingClientRect()];
  drawing.scrollLeft += state.left + state.width / 2 - window.left - window.width / 2;
}

if (document.body.hasAttribute("data-live")) {
  say("Live", true);
  setTimeout(whenSeen, pause);
}

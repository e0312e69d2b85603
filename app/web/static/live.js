// Shows in an open calendar what others change: fetches its part of the page anew when the live process says that
// something on these days has changed, or once a minute where that process cannot be reached.
"use strict";
(function () {
  const part = document.getElementById("calendar-part");
  if (!part) return;
  const said = document.getElementById("calendar-said");
  const days = said.dataset.days.split(" ");
  const MOST_DELAY = 900; // milliseconds; by chance, so that two hundred pages do not ask at once
  const REST = 1000; // between two questions of one page
  const MINUTE = 60000;
  const HIDDEN = 30000; // a tab that nobody sees for so long gives its stream back
  const SAY_EVERY = 10000;

  let pass = said.dataset.pass;
  let shown = part.innerHTML.trim(); // as the server made it: other scripts add to it later
  let source = null;
  let mark = "";
  let timer = 0;
  let away = 0;
  let hiding = 0;
  let asked = 0;
  let number = 0;
  let saidAt = -SAY_EVERY;
  let isMissed = false;
  let isOver = false;
  let kept = null;

  function chance(least, most) { return least + Math.random() * (most - least); }

  // ---- what is shown ----

  // Whoever selects a text or drags a booking is not disturbed.
  function isOccupied() {
    if (part.dataset.busy) return true;
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  }

  function sameLinks(href) {
    return Array.from(part.querySelectorAll("a")).filter(function (link) { return link.getAttribute("href") === href; });
  }

  // Put the new content in place; who is in the middle of it with focus, finger or eye stays there.
  function show(text) {
    const made = document.createElement("template");
    made.innerHTML = text;
    const fresh = made.innerHTML.trim();
    if (fresh === shown) return;
    if (isOccupied()) {
      kept = text;
      return;
    }
    kept = null;
    shown = fresh;
    const before = part.querySelector(".calendar-scroll");
    const place = before ? [before.scrollLeft, before.scrollTop] : [0, 0];
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const href = focused ? focused.getAttribute("href") : null;
    const which = href ? sameLinks(href).indexOf(focused) : 0;
    part.replaceChildren(made.content);
    document.dispatchEvent(new CustomEvent("calendar:shown"));
    const region = part.querySelector(".calendar-scroll");
    if (region) region.scrollTo({ left: place[0], top: place[1], behavior: "instant" });
    if (focused) {
      const links = href ? sameLinks(href) : [];
      const next = links[Math.min(which, links.length - 1)] || region;
      if (next) next.focus({ preventScroll: true });
    }
    say();
  }

  function say() {
    if (performance.now() - saidAt < SAY_EVERY) return;
    saidAt = performance.now();
    said.textContent = "";
    window.setTimeout(function () { if (!isOver) said.textContent = said.dataset.changed; }, 100);
  }

  document.addEventListener("selectionchange", function () {
    if (kept !== null && !isOccupied()) show(kept);
  });

  document.addEventListener("calendar:stale", function () {
    if (kept !== null && !isOccupied()) show(kept);
    mark = ""; // of an earlier change: what was made for that does not have this one
    refresh();
  });

  // ---- asking ----

  function soon(about) {
    mark = about || "";
    if (document.hidden) {
      isMissed = true;
      return;
    }
    if (timer) return;
    const rest = Math.max(0, asked + REST - performance.now());
    timer = window.setTimeout(refresh, Math.max(rest, chance(20, MOST_DELAY)));
  }

  // Fetch the part anew and show it; says whether that worked.
  async function refresh() {
    if (isOver) return false;
    window.clearTimeout(timer);
    timer = 0;
    isMissed = false;
    asked = performance.now();
    number += 1;
    const own = number;
    try {
      const answer = await window.fetch(window.location.href, {
        headers: { "X-Eigenplan-Part": mark || "new" }, redirect: "manual", cache: "no-store",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) over();
      const given = answer.ok ? answer.headers.get("X-Eigenplan-Pass") : null;
      if (!given) return false;
      pass = given;
      const text = await answer.text();
      if (own === number) show(text);
      return true;
    } catch (error) { // no network: the next question may come through
      return false;
    }
  }

  // Whoever is signed out, or may not see this any more, is told that nothing new comes.
  function over() {
    isOver = true;
    close();
    window.clearTimeout(away);
    said.className = "alert alert-warning";
    said.textContent = said.dataset.ended;
  }

  // ---- listening ----

  function open() {
    if (!said.dataset.live || source || isOver || document.hidden) return;
    const opened = new window.EventSource(said.dataset.live + "?token=" + encodeURIComponent(pass));
    source = opened;
    opened.addEventListener("open", function () {
      window.clearTimeout(away);
      away = 0;
    });
    opened.addEventListener("change", function (event) {
      const told = JSON.parse(event.data);
      if (!told.days || told.days.some(function (day) { return days.includes(day); })) soon(told.mark);
    });
    opened.addEventListener("refresh", function () { soon(""); });
    opened.addEventListener("error", function () {
      if (opened !== source) return;
      if (opened.readyState === window.EventSource.CLOSED) { // refused: the pass is too old, or nobody is there
        close();
        again(chance(2000, 6000));
      } else if (!away) {
        again(chance(MINUTE * 0.8, MINUTE * 1.2));
      }
    });
  }

  function close() {
    if (source) source.close();
    source = null;
  }

  // Ask after a time, and try to listen again with the pass that comes along; then once a minute until that works.
  function again(pause) {
    window.clearTimeout(away);
    if (isOver) return;
    away = window.setTimeout(async function () {
      again(chance(MINUTE * 0.8, MINUTE * 1.2));
      if (document.hidden) {
        isMissed = true;
        return;
      }
      if (await refresh()) open();
    }, pause);
  }

  document.addEventListener("visibilitychange", async function () {
    window.clearTimeout(hiding);
    if (document.hidden) {
      hiding = window.setTimeout(function () {
        close();
        isMissed = true;
      }, HIDDEN);
    } else if (!isOver && (isMissed || (said.dataset.live && !source))) {
      if (await refresh()) open();
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && !isOver) again(chance(0, MOST_DELAY)); // back from the browser's memory
  });

  if (said.dataset.live) open();
  else again(chance(MINUTE * 0.8, MINUTE * 1.2));
})();

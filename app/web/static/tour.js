// A tour of a page: each stop lights up a part of it and says what it is for. It runs where it stands, before what follows
// is drawn, so that the offer moves nothing. That it was taken or declined is kept by this browser alone.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const offer = document.getElementById("tour");
  const dialog = document.getElementById("tour-dialog");
  if (!dialog.showModal) return;
  const KEY = "eigenplan-tour-" + offer.dataset.tour;
  const GAP = 12; // pixels between what is lit up and the card
  const RIM = 6; // pixels that are lit up around it
  const spot = dialog.querySelector(".tour-spot");
  const card = dialog.querySelector(".tour-card");
  const title = document.getElementById("tour-title");
  const back = document.getElementById("tour-back");
  const next = document.getElementById("tour-next");
  const end = document.getElementById("tour-end");

  let stops = [];
  let place = 0;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  // A browser that keeps nothing would offer it on every page: there it is only begun from the help.
  function isSettled() {
    try {
      return window.localStorage.getItem(KEY) !== null;
    } catch (error) {
      return true;
    }
  }

  function settle() {
    offer.hidden = true;
    try {
      window.localStorage.setItem(KEY, "1");
    } catch (error) {
      offer.dataset.kept = "no";
    }
  }

  function partOf(stop) {
    return stop.target ? document.querySelector(stop.target) : null;
  }

  function isShown(stop) {
    const part = partOf(stop);
    return !stop.target || (part !== null && part.getClientRects().length > 0);
  }

  function put(box, left, top) {
    box.style.left = left + "px";
    box.style.top = top + "px";
  }

  // Below what is lit up, else above it, else at the lower rim, and never beyond the window.
  function arrange() {
    const part = partOf(stops[place]);
    const wide = document.documentElement.clientWidth;
    const high = window.innerHeight;
    const rect = part.getBoundingClientRect();
    put(spot, rect.left - RIM, rect.top - RIM);
    spot.style.width = rect.width + 2 * RIM + "px";
    spot.style.height = rect.height + 2 * RIM + "px";
    const last = Math.max(GAP, high - card.offsetHeight - GAP);
    const above = rect.top - RIM - GAP - card.offsetHeight;
    const below = rect.bottom + RIM + GAP;
    const top = below <= last ? below : above >= GAP ? above : last;
    put(card, Math.max(GAP, Math.min(rect.left, wide - card.offsetWidth - GAP)), Math.max(GAP, Math.min(top, last)));
  }

  function show(number) {
    place = number;
    const stop = stops[place];
    title.textContent = stop.title;
    document.getElementById("tour-text").textContent = stop.text;
    document.getElementById("tour-count").textContent = fill(texts.count, { number: place + 1, all: stops.length });
    const isLast = place === stops.length - 1;
    back.hidden = place === 0;
    next.hidden = isLast;
    end.textContent = isLast ? texts.done : texts.end;
    end.classList.toggle("btn-primary", isLast);
    end.classList.toggle("btn-outline-secondary", !isLast);
    partOf(stop).scrollIntoView({ block: "nearest" });
    arrange();
    title.focus({ preventScroll: true });
  }

  function begin() {
    stops = JSON.parse(offer.dataset.stops).filter(isShown);
    if (!stops.length) return;
    dialog.showModal();
    show(0);
  }

  document.getElementById("tour-begin").addEventListener("click", begin);
  document.getElementById("tour-decline").addEventListener("click", function () {
    settle();
    document.getElementById("main").focus();
  });
  back.addEventListener("click", function () { show(place - 1); });
  next.addEventListener("click", function () { show(place + 1); });
  end.addEventListener("click", function () { dialog.close(); });
  dialog.addEventListener("close", function () { // Escape ends it, too
    settle();
    document.getElementById("main").focus({ preventScroll: true });
  });
  window.addEventListener("resize", function () { if (dialog.open) arrange(); });
  window.addEventListener("scroll", function () { if (dialog.open) arrange(); }, { passive: true });

  offer.hidden = "begin" in offer.dataset || isSettled();
  if ("begin" in offer.dataset) document.addEventListener("DOMContentLoaded", begin);
})();

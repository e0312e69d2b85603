// The notice that offers to undo a move or a cancellation: counts the seconds, listens to Ctrl+Z, goes away in time.
// In a calendar it is sent without leaving the page.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const form = document.getElementById("undo");
  if (!form) return;
  const part = document.getElementById("calendar-part");
  const said = document.getElementById("undo-said"); // for those who listen, once; the count is only to be seen
  const left = form.querySelector(".undo-left");
  const FIELDS = "input, textarea, select, [contenteditable]";

  let timer = 0;
  let isSending = false;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  function count(seconds) {
    if (seconds < 1) {
      hide();
      return;
    }
    left.textContent = seconds === 1 ? texts.lastSecond : fill(texts.left, { seconds: seconds });
    timer = window.setTimeout(count, 1000, seconds - 1);
  }

  function show(seconds) {
    window.clearTimeout(timer);
    form.hidden = false;
    count(seconds);
    said.textContent = "";
    window.setTimeout(function () { if (!form.hidden) said.textContent = fill(texts.hint, { seconds: seconds }); }, 300);
  }

  // Whoever has gone to the button is not left nowhere when it goes.
  function hide() {
    window.clearTimeout(timer);
    const isHere = form.contains(document.activeElement);
    form.hidden = true;
    said.textContent = "";
    if (isHere) document.getElementById("main").focus({ preventScroll: true });
  }

  document.addEventListener("undo:offer", function (event) {
    const offer = event.detail;
    form.action = offer.url;
    form.elements.change.value = offer.change;
    form.querySelector(".undo-what").textContent = offer.said;
    show(offer.seconds);
  });

  function tell(text, isProblem) {
    const place = document.getElementById("drag-said");
    place.className = "drag-said alert " + (isProblem ? "alert-danger" : "alert-success");
    place.textContent = text;
  }

  async function ask() {
    const options = { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", cache: "no-store" };
    const answer = await window.fetch(form.action + ".json", options);
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Error(texts.signedOut);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message || texts.unknown);
    return told;
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    window.clearTimeout(timer);
    try {
      tell((await ask()).said, false);
    } catch (error) {
      tell(error instanceof TypeError || error instanceof SyntaxError ? texts.unknown : error.message, true);
    }
    isSending = false;
    hide();
    document.dispatchEvent(new CustomEvent("calendar:stale"));
  }

  form.addEventListener("submit", function (event) {
    if (!part) return;
    event.preventDefault();
    event.stopPropagation(); // app.js would take the next one, seconds later, for a second press
    send();
  });

  document.addEventListener("keydown", function (event) {
    const key = event.key || ""; // a browser that fills in a field names none
    if (form.hidden || event.defaultPrevented || key.toLowerCase() !== "z") return;
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.target.closest(FIELDS)) return;
    event.preventDefault();
    form.requestSubmit();
  });

  if (!form.hidden) show(Number(form.dataset.seconds));
})();

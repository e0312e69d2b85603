// For the organisation's own pages: frames of the booking pages are as high as what they show, and buttons open one in
// an overlay. Frames and buttons work without this script, too: with the height in the page, and as plain links.
"use strict";
(function () {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const LEAST = 150, MOST = 20000;

  function isOurs(frame) { return new URL(frame.src, document.baseURI).origin === origin; }

  function frames() { return Array.from(document.querySelectorAll("iframe[data-eigenplan]")).filter(isOurs); }

  // The page inside answers whoever may frame it. To any origin, as the frame may not be there yet: it says nothing.
  function greet(frame) { frame.contentWindow.postMessage({ eigenplan: "hello" }, "*"); }

  window.addEventListener("message", function (event) {
    if (event.origin !== origin || !event.data || event.data.eigenplan !== "height") return;
    const height = event.data.height;
    if (!Number.isFinite(height)) return;
    for (const frame of frames()) {
      if (frame.contentWindow === event.source) frame.style.height = Math.min(Math.max(Math.ceil(height), LEAST), MOST) + "px";
    }
  });

  function follow(frame) {
    let pages = 0;
    frame.addEventListener("load", function () {
      greet(frame);
      pages += 1;
      // The next page begins at its top, wherever one has scrolled to in a long one.
      if (pages > 1 && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    });
    greet(frame);
  }

  function overlay(button) {
    const dialog = document.createElement("dialog");
    const close = document.createElement("button");
    const frame = document.createElement("iframe");
    Object.assign(dialog.style, {
      boxSizing: "border-box", width: "min(64rem, 96vw)", height: "94vh", maxWidth: "none", maxHeight: "none",
      padding: "0", border: "0", borderRadius: ".6rem", overflow: "hidden",
    });
    Object.assign(close.style, { display: "block", margin: ".4rem .4rem .4rem auto", padding: ".5rem 1rem", font: "inherit" });
    Object.assign(frame.style, { display: "block", width: "100%", height: "calc(100% - 3.5rem)", border: "0" });
    close.type = "button";
    close.textContent = button.dataset.eigenplanClose || "Close";
    close.addEventListener("click", function () { dialog.close(); });
    frame.src = button.dataset.eigenplanOpen;
    frame.title = button.textContent.trim();
    dialog.setAttribute("aria-label", frame.title);
    dialog.addEventListener("close", function () { dialog.remove(); });
    dialog.append(close, frame);
    document.body.append(dialog);
    dialog.showModal();
  }

  function isPlain(event) {
    return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  function start() {
    frames().forEach(follow);
    document.addEventListener("click", function (event) {
      const button = event.target.closest("a[data-eigenplan-open]");
      if (!button || event.defaultPrevented || !isPlain(event) || !window.HTMLDialogElement) return;
      if (new URL(button.dataset.eigenplanOpen, document.baseURI).origin !== origin) return;
      event.preventDefault();
      overlay(button);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

// A booking page in a frame of the organisation's own site: it tells the page around it how high it is, and nothing
// else, and nobody but a site that may frame it.
"use strict";
(function () {
  const parents = JSON.parse(document.currentScript.dataset.parents);
  let origin = "";
  if (window.parent === window) return;

  // As in Content-Security-Policy: a star stands for whatever lies below a name.
  function isAllowed(one) {
    return parents.some(function (parent) {
      const star = parent.indexOf("*.");
      if (star < 0) return parent === one;
      return one.startsWith(parent.slice(0, star)) && one.endsWith(parent.slice(star + 1));
    });
  }

  function tell() {
    if (!origin) return;
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    window.parent.postMessage({ eigenplan: "height", height: height }, origin);
  }

  window.addEventListener("message", function (event) {
    if (event.source !== window.parent || !event.data || event.data.eigenplan !== "hello") return;
    if (!isAllowed(event.origin)) return;
    origin = event.origin;
    tell();
  });
  new ResizeObserver(tell).observe(document.documentElement);
})();

// The page beside a room: its clock goes on by itself, and it says when what it shows cannot be fetched anew.
"use strict";
(function () {
  const TICK = 1000;
  const lost = document.getElementById("door-lost");
  let ahead = 0; // of the tablet's own clock, which may be wrong; in milliseconds

  function compare() {
    ahead = Number(document.getElementById("door").dataset.now) * 1000 - Date.now();
  }

  function show() {
    const clock = document.getElementById("door-clock");
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.tzid };
    let text = new Intl.DateTimeFormat("en-GB", options).format(Date.now() + ahead);
    if (clock.dataset.halved) { // as the site writes all its times
      const [hour, minute] = text.split(":");
      text = (Number(hour) % 12 || 12) + ":" + minute + " " + clock.dataset.halved.split(" ")[hour < 12 ? 0 : 1];
    }
    if (clock.textContent !== text) clock.textContent = text;
  }

  function say(isLost) {
    if (lost.hidden === isLost) lost.hidden = !isLost;
  }

  document.addEventListener("htmx:afterSwap", function () {
    compare();
    show();
  });
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 410) window.location.reload(); // the address is not used any more, and says so
  });
  document.addEventListener("htmx:afterRequest", function (event) { say(!event.detail.successful); });
  window.addEventListener("offline", function () { say(true); });
  compare();
  window.setInterval(show, TICK);
})();

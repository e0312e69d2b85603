// Follows the pointer: what becomes a drag, which one, and what ends it. A mouse drags as soon as it moves; a finger or
// a pen once it has stayed for a moment, so that it can still scroll. A second finger gives up.
"use strict";
(function () {
  const drag = window.eigenplanDrag = window.eigenplanDrag || {};
  const LEAST = 6; // pixels before a press is a drag
  const TREMBLE = 10; // pixels that a finger may move while it stays
  const LONG_PRESS = 400; // milliseconds before a finger drags instead of scrolling
  const EDGE = 8; // pixels of a booking that pull its end
  const GRIP = 28; // pixels from the corner at its end that do so for a finger, as staff.css draws it
  const BOOKED = "a[data-move]";
  const DRAWN = "td.free, td[data-free]";

  // ``on``: isGoingOn(), isBusy(), mayDraw, begin(kind, target, event), follow(event), drop(), stop().
  drag.listen = function (part, on) {
    let pressed = null; // a press that may become a drag
    let pointer = null; // that drags, or did until something ended its drag before it was lifted
    let isDragOver = false; // whether what was lifted last had dragged: then it is no click

    function forget() {
      if (pressed) window.clearTimeout(pressed.timer);
      pressed = null;
    }

    function begin() {
      const own = pressed;
      forget();
      if (!own.target.isConnected) return; // the calendar was shown anew in the meantime
      pointer = own.event.pointerId;
      on.begin(own.kind, own.target, own.event);
    }

    function press(event) {
      if (event.button !== 0 || on.isBusy() || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const [kind, target] = wanted(event);
      if (!target || (kind === "draw" && !on.mayDraw)) return;
      pressed = { target: target, kind: kind, event: event, least: byMouse(event) ? LEAST : TREMBLE };
      if (!byMouse(event)) pressed.timer = window.setTimeout(begin, LONG_PRESS);
    }

    function isFar(event) { return Math.hypot(event.clientX - pressed.event.clientX, event.clientY - pressed.event.clientY) > pressed.least; }

    document.addEventListener("pointerdown", function (event) {
      forget();
      if (on.isGoingOn()) {
        on.stop();
        return;
      }
      pointer = null;
      if (event.isPrimary && part.contains(event.target)) press(event);
    });

    document.addEventListener("pointermove", function (event) {
      if (pressed && event.pointerId === pressed.event.pointerId && isFar(event)) {
        if (byMouse(event)) begin();
        else forget();
      }
      if (on.isGoingOn() && event.pointerId === pointer) on.follow(event);
    });

    document.addEventListener("pointerup", function (event) {
      forget();
      isDragOver = event.pointerId === pointer;
      if (!isDragOver) return;
      pointer = null;
      stopNextClick();
      if (on.isGoingOn()) on.drop();
    });

    document.addEventListener("pointercancel", function (event) {
      forget();
      if (event.pointerId !== pointer) return;
      pointer = null;
      on.stop();
    });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape" && on.isGoingOn()) on.stop(); });
    part.addEventListener("touchmove", function (event) { if (on.isBusy() && event.cancelable) event.preventDefault(); }, { passive: false });
    part.addEventListener("touchend", function (event) { if (isDragOver && event.cancelable) event.preventDefault(); }, { passive: false });
    document.addEventListener("selectstart", function (event) { if (pressed || on.isBusy()) event.preventDefault(); });
    part.addEventListener("contextmenu", function (event) { if (on.isBusy() || (pressed && pressed.timer)) event.preventDefault(); });
    part.addEventListener("dragstart", function (event) { if (wanted(event)[1]) event.preventDefault(); });
  };

  function byMouse(event) { return event.pointerType === "mouse"; }

  // What pressing here would drag, and the element: a booking, its end, or free time, but no booking that stays.
  function wanted(event) {
    const link = event.target.closest(BOOKED);
    if (link) return [isAtEnd(link, event) ? "length" : "move", link];
    return ["draw", event.target.closest(".booking") ? null : event.target.closest(DRAWN)];
  }

  function isAtEnd(link, event) {
    const box = link.getBoundingClientRect();
    const [right, below] = [box.right - event.clientX, box.bottom - event.clientY];
    if (!byMouse(event)) return right <= GRIP && below <= GRIP;
    return (link.closest("table").dataset.time === "down" ? below : right) <= EDGE;
  }

  function stopNextClick() {
    window.addEventListener("click", stopClick, { capture: true, once: true });
    window.setTimeout(function () { window.removeEventListener("click", stopClick, { capture: true }); }, 0);
  }

  function stopClick(event) {
    event.preventDefault();
    event.stopPropagation();
  }
})();

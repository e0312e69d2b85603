// Follows the pointer: what becomes a drag, which one, and what ends it. A mouse drags as soon as it moves; a finger
// once it has stayed for a moment, so that it can still scroll.
"use strict";
(function () {
  const drag = window.eigenplanDrag = window.eigenplanDrag || {};
  const LEAST = 6; // pixels before a press is a drag
  const LONG_PRESS = 400; // milliseconds before a finger drags instead of scrolling
  const EDGE = 8; // pixels of a booking that pull its end
  const BOOKED = "a[data-move]";
  const DRAWN = "td.free, td[data-free]";

  // ``on``: isGoingOn(), isBusy(), mayDraw, begin(kind, target, event), follow(event), drop(), stop().
  drag.listen = function (part, on) {
    let pressed = null; // a press that may become a drag
    let pointer = null; // of the drag that goes on
    let ended = null; // the pointer whose drag was ended by a key

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

    function isOwn(event) { return on.isGoingOn() && event.pointerId === pointer; }

    part.addEventListener("pointerdown", function (event) {
      forget();
      if (event.button !== 0 || on.isBusy() || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const [kind, target] = wanted(event);
      if (!target || (kind === "draw" && !(on.mayDraw && event.pointerType === "mouse"))) return;
      pressed = { target: target, kind: kind, event: event, x: event.clientX, y: event.clientY };
      if (event.pointerType !== "mouse") pressed.timer = window.setTimeout(begin, LONG_PRESS);
    });

    document.addEventListener("pointermove", function (event) {
      if (isOwn(event)) {
        on.follow(event);
      } else if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > LEAST) {
        if (event.pointerType === "mouse") begin();
        else forget();
        if (isOwn(event)) on.follow(event);
      }
    });

    document.addEventListener("pointerup", function (event) {
      forget();
      if (event.pointerId === ended) stopNextClick(); // let go after Escape
      ended = null;
      if (!isOwn(event)) return;
      stopNextClick();
      on.drop();
    });

    document.addEventListener("pointercancel", function () {
      forget();
      on.stop();
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !on.isGoingOn()) return;
      ended = pointer;
      on.stop();
    });
    document.addEventListener("touchmove", function (event) { if (on.isBusy()) event.preventDefault(); }, { passive: false });
    document.addEventListener("selectstart", function (event) { if (pressed || on.isBusy()) event.preventDefault(); });
    part.addEventListener("contextmenu", function (event) { if (on.isBusy()) event.preventDefault(); });
    part.addEventListener("dragstart", function (event) { if (wanted(event)[1]) event.preventDefault(); });
  };

  // What pressing here would drag, and the element: a booking, its end, or free time, but no booking that stays.
  function wanted(event) {
    const link = event.target.closest(BOOKED);
    if (link) return [isAtEnd(link, event) ? "length" : "move", link];
    return ["draw", event.target.closest(".booking") ? null : event.target.closest(DRAWN)];
  }

  function isAtEnd(link, event) {
    if (event.pointerType !== "mouse") return false;
    const box = link.getBoundingClientRect();
    const isDown = link.closest("table").dataset.time === "down";
    return (isDown ? box.bottom - event.clientY : box.right - event.clientX) <= EDGE;
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

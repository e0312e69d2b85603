// In the calendars of a day, a week and a timeline: drag a booking to another time, day or person, pull its end for
// another duration, draw over free time to book it. Where it may go is asked of the server as the drag begins; why not
// elsewhere, as one rests. What the places of a table stand for is read by drag-places.js, what is seen meanwhile is
// drawn by drag-marks.js, the server asked by drag-server.js, the pointer followed by drag-pointer.js.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const drag = window.eigenplanDrag;
  const setup = document.getElementById("drag");
  const part = document.getElementById("calendar-part");
  if (!setup || !part) return;
  const said = document.getElementById("drag-said");
  const server = drag.askServer(setup, texts);
  const REST = 180; // milliseconds over a place before its reasons are asked for
  const NEAR = 36; // pixels from the rim within which the calendar scrolls
  const NUDGE = 12; // pixels further to the rim than where it was pressed
  const MINUTES = 15; // of a quarter hour
  drag.QUARTER = MINUTES * 60;

  let now = null; // the drag that goes on
  let frame = 0;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  function say(text, isProblem) {
    said.className = text ? "drag-said alert " + (isProblem ? "alert-danger" : "alert-success") : "drag-said";
    said.textContent = text;
  }

  // ---- what the server says ----

  async function askPlaces(own) {
    try {
      const told = await server.places(own.id);
      if (own !== now) return;
      own.places = byQuarter(told.places);
      own.lengths = told.minutes;
      if (own.kind === "move") drag.shade(own.marks, own.fits, own.fitsHalf);
      if (own.isDropped) drop();
      else plan();
    } catch (error) {
      if (own !== now) return;
      stop();
      say(server.problemOf(error), true);
    }
  }

  async function askWhy(own, aim) {
    own.reasons.set(aim.key, await server.why(own.id, aim.strip.resource, aim.start));
    if (own === now) plan();
  }

  // For each resource the first start within a quarter hour, by the quarter's number.
  function byQuarter(places) {
    return new Map(Object.keys(places).map(function (resource) {
      const latestFirst = places[resource].slice().reverse();
      return [resource, new Map(latestFirst.map(function (one) { return [Math.floor(one / drag.QUARTER), one]; }))];
    }));
  }

  function startWithin(own, strip, slot) {
    const starts = own.places && own.places.get(strip.resource);
    const found = starts && starts.get(Math.floor(slot.start / drag.QUARTER));
    return found === undefined ? null : found;
  }

  // The quarter hour of a strip at which the clock shows what it shows at the booking's.
  function sameClock(own, strip) {
    return strip.slots.findIndex(function (one) { return one.clock === own.clock; });
  }

  // ---- what is shown while one drags ----

  function plan() {
    if (!frame) frame = window.requestAnimationFrame(update);
  }

  function update() {
    window.cancelAnimationFrame(frame);
    frame = 0;
    if (!now) return;
    if (!now.isDropped) scroll(now);
    const spot = drag.spotOf(now.grid, now.event);
    now.target = null;
    now.seen = spot.seen;
    KINDS[now.kind](now, spot);
  }

  function show(own, strip, first, minutes, half, state, text) {
    const last = first + Math.max(1, Math.ceil(minutes / MINUTES)) - 1;
    drag.showGhost(own.marks, { strip: strip, first: first, last: last, half: half, seen: own.seen, fits: own.fits }, state, text);
  }

  function timeOf(slot) { return slot.day ? fill(texts.dayTime, { day: slot.day, time: slot.clock }) : slot.clock; }

  function updateMove(own, spot) {
    const strip = drag.stripAt(own.grid, spot);
    const half = drag.halfAt(own.grid, strip, spot);
    const kept = half === 0 ? sameClock(own, strip) : -1;
    const aimed = kept >= 0 ? kept : drag.slotAt(strip, spot.along) - own.grab;
    const first = Math.max(0, Math.min(aimed, strip.slots.length - 1));
    const slot = strip.slots[first];
    const where = fill(texts.place, { name: strip.name, time: timeOf(slot) });
    own.aim = null;
    if (strip === own.strip && first === own.first) return show(own, strip, first, own.minutes, half, "stays", texts.stays);
    if (!own.places) return show(own, strip, first, own.minutes, half, "waits", where);
    const start = startWithin(own, strip, slot);
    if (start !== null) {
      own.target = { start: start, resource: strip.resource === own.strip.resource ? "" : strip.resource };
      return show(own, strip, first, own.minutes, half, "fits", where);
    }
    own.aim = { key: strip.resource + " " + slot.start, strip: strip, start: slot.start };
    rest(own);
    return show(own, strip, first, own.minutes, half, "no", where + ": " + (own.reasons.get(own.aim.key) || texts.closed));
  }

  // Ask for the reasons once the pointer stays over a place for a moment.
  function rest(own) {
    if (own.resting === own.aim.key) return;
    own.resting = own.aim.key;
    window.clearTimeout(own.timer);
    if (!own.reasons.has(own.aim.key)) own.timer = window.setTimeout(askWhy, REST, own, own.aim);
  }

  function updateLength(own, spot) {
    const wanted = own.minutes + (drag.slotAt(own.strip, spot.along) - own.pressedSlot) * MINUTES;
    const lengths = own.lengths || [];
    const others = lengths.filter(function (one) { return one !== own.minutes; });
    if (own.lengths && !others.length) return show(own, own.strip, own.first, own.minutes, null, "no", texts.noLength);
    const nearest = lengths.concat(own.minutes).reduce(function (best, one) {
      return Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best;
    });
    if (nearest !== own.minutes) own.target = { start: own.start, minutes: nearest };
    const state = own.target ? "fits" : "stays";
    return show(own, own.strip, own.first, nearest, null, state, fill(texts.length, { minutes: nearest }));
  }

  function updateDraw(own, spot) {
    const slots = own.strip.slots;
    const to = Math.max(0, Math.min(drag.slotAt(own.strip, spot.along), slots.length - 1));
    const way = to < own.first ? -1 : 1;
    let end = own.first;
    if (!drag.isFree(own.strip, slots[end])) return show(own, own.strip, end, MINUTES, null, "no", timeOf(slots[end]) + ": " + texts.closed);
    while (end !== to && drag.isFree(own.strip, slots[end + way])) end += way;
    const first = Math.min(end, own.first);
    const minutes = (Math.abs(end - own.first) + 1) * MINUTES;
    own.target = { start: slots[first].start, minutes: minutes };
    const said = fill(texts.place, { name: timeOf(slots[first]), time: fill(texts.length, { minutes: minutes }) });
    return show(own, own.strip, first, minutes, null, "fits", said);
  }

  const KINDS = { move: updateMove, length: updateLength, draw: updateDraw };

  // Scroll on as long as the pointer rests near the rim of what is seen, unless it was pressed as near to it.
  function scroll(own) {
    const box = own.grid.region.getBoundingClientRect();
    const down = toRim(own.event.clientY, own.pressed.clientY, Math.max(box.top, 0), Math.min(box.bottom, window.innerHeight));
    const right = toRim(own.event.clientX, own.pressed.clientX, Math.max(box.left, 0), Math.min(box.right, window.innerWidth));
    if (!down && !right) return;
    own.grid.region.scrollBy({ left: right * 8, top: down * 8, behavior: "instant" });
    plan();
  }

  function toRim(at, pressed, least, most) {
    if (at > Math.max(most - NEAR, pressed + NUDGE)) return 1;
    return at < Math.min(least + NEAR, pressed - NUDGE) ? -1 : 0;
  }

  // ---- the drag ----

  function begin(kind, target, event) {
    const grid = drag.measure(target.closest("table"));
    const spot = drag.spotOf(grid, event);
    const strip = drag.stripAt(grid, spot);
    const pressedSlot = drag.slotAt(strip, spot.along);
    const own = { kind: kind, link: target, grid: grid, strip: strip, pressedSlot: pressedSlot, pressed: event, event: event, reasons: new Map(), target: null };
    own.fits = kind === "draw" ? drag.isFree : function (of, slot) { return startWithin(own, of, slot) !== null; };
    own.fitsHalf = function (of, half) {
      const same = sameClock(own, of);
      return half === 0 ? same >= 0 && own.fits(of, of.slots[same]) : of.slots.some(function (slot) { return own.fits(of, slot); });
    };
    if (kind === "draw") own.first = Math.max(0, Math.min(pressedSlot, strip.slots.length - 1));
    else take(own, target);
    own.marks = drag.hang(grid, event.pointerType !== "mouse");
    now = own;
    part.dataset.busy = "yes";
    say("");
    if (kind !== "draw") askPlaces(own);
    plan();
  }

  function take(own, link) {
    own.id = link.dataset.move;
    own.start = Number(link.dataset.start);
    own.minutes = Number(link.dataset.minutes);
    own.version = link.dataset.version; // of what is shown, so that nobody else's change is undone
    own.first = drag.slotOf(own.strip, own.start);
    own.clock = own.strip.slots[own.first].clock;
    own.grab = own.grid.hasHalves ? 0 : Math.max(0, own.pressedSlot - own.first);
    link.classList.add("dragged");
  }

  function follow(event) {
    if (!now || now.isDropped) return;
    now.event = event;
    plan();
  }

  // End the drag, whatever became of it, and show the calendar as it is now.
  function stop() {
    if (!now) return;
    window.clearTimeout(now.timer);
    now.marks.all.remove();
    now.link.classList.remove("dragged");
    now = null;
    delete part.dataset.busy;
    document.dispatchEvent(new CustomEvent("calendar:stale"));
  }

  // Let go: at once where it is known what fits, else as soon as the server has said so.
  async function drop() {
    const own = now;
    own.isDropped = true;
    if (own.kind !== "draw" && !own.places) return;
    update();
    const target = own.target;
    if (own.kind === "draw") {
      stop();
      if (target) book(own.strip, target);
      return;
    }
    if (!target) {
      await sayWhy(own);
      return;
    }
    now = null; // nothing follows the pointer any more; the ghost stays until the server has answered
    const told = await server.move(own.id, own.version, target);
    now = own;
    stop();
    say(told.problem || told.said, Boolean(told.problem));
    if (told.undo) document.dispatchEvent(new CustomEvent("undo:offer", { detail: told.undo }));
  }

  function book(strip, target) {
    const url = new URL(setup.dataset.new, window.location.href);
    url.searchParams.set("resource", strip.resource);
    url.searchParams.set("start", target.start);
    url.searchParams.set("duration", target.minutes);
    window.location.assign(url);
  }

  // Dropped where it may not go: say why, unless that is where it was.
  async function sayWhy(own) {
    const aim = own.kind === "move" && own.aim;
    if (aim && !own.reasons.has(aim.key)) {
      now = null;
      await askWhy(own, aim);
      now = own;
    }
    stop();
    say(aim ? own.reasons.get(aim.key) : "", true);
  }

  drag.listen(part, {
    isGoingOn: function () { return Boolean(now) && !now.isDropped; },
    isBusy: function () { return Boolean(part.dataset.busy); },
    mayDraw: Boolean(setup.dataset.new),
    begin: begin, follow: follow, drop: drop, stop: stop,
  });
})();

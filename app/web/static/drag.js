// In the calendar of a day: drag a booking to another time or person, pull its lower edge for another duration, draw
// over free time to book it. Where it may go is asked of the server as the drag begins; why not elsewhere, as one rests.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const setup = document.getElementById("drag");
  const part = document.getElementById("calendar-part");
  if (!setup || !part) return;
  const said = document.getElementById("drag-said");
  const LEAST = 6; // pixels before a press is a drag
  const LONG_PRESS = 400; // milliseconds before a finger drags instead of scrolling
  const REST = 180; // milliseconds over a place before its reasons are asked for
  const EDGE = 8; // pixels of a booking that pull its end
  const NEAR = 36; // pixels from the rim within which the calendar scrolls
  const QUARTER = 900;

  let pressed = null; // a press that may become a drag
  let drag = null;
  let frame = 0;
  let ended = null; // the pointer whose drag was ended by a key

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  function say(text, isProblem) {
    said.className = text ? "drag-said alert " + (isProblem ? "alert-danger" : "alert-success") : "drag-said";
    said.textContent = text;
  }

  // ---- where things are: columns and rows in the coordinates of the table ----

  function measure(table) {
    const head = Array.from(table.tHead.rows[0].cells).slice(1);
    return {
      region: table.closest(".calendar-scroll"),
      columns: head.map(function (cell) {
        return { id: cell.dataset.resource, name: cell.dataset.name, left: cell.offsetLeft, right: cell.offsetLeft + cell.offsetWidth };
      }),
      rows: Array.from(table.tBodies[0].rows).map(function (row) {
        return { start: Number(row.dataset.start), clock: row.dataset.clock, top: row.offsetTop, bottom: row.offsetTop + row.offsetHeight };
      }),
    };
  }

  function spotOf(grid, event) {
    const box = grid.region.getBoundingClientRect();
    return { x: event.clientX - box.left + grid.region.scrollLeft, y: event.clientY - box.top + grid.region.scrollTop };
  }

  function columnAt(grid, x) {
    const found = grid.columns.findIndex(function (one) { return x < one.right; });
    return found < 0 ? grid.columns.length - 1 : found;
  }

  function rowAt(grid, y) {
    const found = grid.rows.findIndex(function (one) { return y < one.bottom; });
    return Math.max(0, found < 0 ? grid.rows.length - 1 : found);
  }

  function rowOf(grid, start) {
    const after = grid.rows.findIndex(function (one) { return one.start > start; });
    return Math.max(0, (after < 0 ? grid.rows.length : after) - 1);
  }

  function rowsFor(minutes) { return Math.max(1, Math.ceil(minutes / 15)); }

  // ---- asking the server ----

  async function ask(address, options) {
    const answer = await window.fetch(setup.dataset.url + address, Object.assign({ redirect: "manual", cache: "no-store" }, options));
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Error(texts.signedOut);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message || texts.away);
    return told;
  }

  function problemOf(error) { return error instanceof TypeError || error instanceof SyntaxError ? texts.away : error.message; }

  async function askPlaces(own) {
    try {
      const day = encodeURIComponent(setup.dataset.day);
      const told = await ask(own.id + "/places.json?date=" + day);
      if (own !== drag) return;
      own.places = told.places;
      own.lengths = told.minutes;
      shade(own);
      if (own.isDropped) drop();
      else plan();
    } catch (error) {
      if (own !== drag) return;
      stop();
      say(problemOf(error), true);
    }
  }

  async function askWhy(own, key, column, row) {
    try {
      const told = await ask(own.id + "/why.json?resource=" + own.grid.columns[column].id + "&start=" + own.grid.rows[row].start);
      own.reasons.set(key, told.reasons[0] || texts.closed);
    } catch (error) {
      own.reasons.set(key, problemOf(error));
    }
    if (own === drag) plan();
  }

  // ---- what is shown while one drags ----

  // Free cells to which it may not go look closed.
  function shade(own) {
    for (const cell of part.querySelectorAll("td.free")) {
      const column = own.grid.columns[Number(cell.dataset.column) - 1];
      const start = Number(cell.parentElement.dataset.start);
      if (column && startWithin(own, column.id, start) === null) cell.classList.add("no-drop");
    }
  }

  function startWithin(own, resource, rowStart) {
    const found = (own.places && own.places[resource] || []).find(function (one) { return one >= rowStart && one < rowStart + QUARTER; });
    return found === undefined ? null : found;
  }

  function showGhost(own, column, first, last, state, text) {
    const place = own.grid.columns[column];
    const rows = own.grid.rows;
    Object.assign(own.ghost.style, {
      left: place.left + "px",
      width: place.right - place.left + "px",
      top: rows[first].top + "px",
      minHeight: rows[Math.min(last, rows.length - 1)].bottom - rows[first].top + "px",
    });
    own.ghost.className = "drag-ghost " + state;
    own.ghost.textContent = text;
  }

  function plan() {
    if (!frame) frame = window.requestAnimationFrame(update);
  }

  function update() {
    window.cancelAnimationFrame(frame);
    frame = 0;
    if (!drag) return;
    if (!drag.isDropped) scroll(drag);
    const at = spotOf(drag.grid, drag.event);
    drag.target = null;
    if (drag.kind === "move") updateMove(drag, at);
    else if (drag.kind === "length") updateLength(drag, at);
    else updateDraw(drag, at);
  }

  function updateMove(own, at) {
    const column = columnAt(own.grid, at.x);
    const first = Math.max(0, Math.min(rowAt(own.grid, at.y) - own.grab, own.grid.rows.length - 1));
    const last = first + rowsFor(own.minutes) - 1;
    const place = own.grid.columns[column];
    const where = fill(texts.place, { name: place.name, time: own.grid.rows[first].clock });
    own.aim = null;
    if (column === own.column && first === own.first) return showGhost(own, column, first, last, "stays", texts.stays);
    if (!own.places) return showGhost(own, column, first, last, "waits", where);
    const start = startWithin(own, place.id, own.grid.rows[first].start);
    if (start !== null) {
      own.target = { start: start, resource: column === own.column ? "" : place.id };
      return showGhost(own, column, first, last, "fits", where);
    }
    const key = column + " " + first;
    own.aim = { key: key, column: column, first: first };
    if (own.resting !== key) {
      own.resting = key;
      window.clearTimeout(own.timer);
      if (!own.reasons.has(key)) own.timer = window.setTimeout(askWhy, REST, own, key, column, first);
    }
    return showGhost(own, column, first, last, "no", where + ": " + (own.reasons.get(key) || texts.closed));
  }

  function updateLength(own, at) {
    const wanted = (rowAt(own.grid, at.y) - own.first + 1) * 15;
    const lengths = own.lengths || [];
    const others = lengths.filter(function (one) { return one !== own.minutes; });
    if (own.lengths && !others.length) return showGhost(own, own.column, own.first, own.first + rowsFor(own.minutes) - 1, "no", texts.noLength);
    const nearest = lengths.concat(own.minutes).reduce(function (best, one) {
      return Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best;
    });
    if (nearest !== own.minutes) own.target = { start: own.start, minutes: nearest };
    const last = own.first + rowsFor(nearest) - 1;
    return showGhost(own, own.column, own.first, last, own.target ? "fits" : "stays", fill(texts.length, { minutes: nearest }));
  }

  function updateDraw(own, at) {
    const row = rowAt(own.grid, at.y);
    const way = row < own.first ? -1 : 1;
    let end = own.first;
    while (end !== row && isFree(own, end + way)) end += way;
    const [first, last] = [Math.min(end, own.first), Math.max(end, own.first)];
    const minutes = (last - first + 1) * 15;
    own.target = { start: own.grid.rows[first].start, minutes: minutes };
    showGhost(own, own.column, first, last, "fits", fill(texts.length, { minutes: minutes }));
  }

  function isFree(own, row) {
    return part.querySelector("td.free[data-row='" + row + "'][data-column='" + (own.column + 1) + "']") !== null;
  }

  // Scroll on as long as the pointer rests near the rim.
  function scroll(own) {
    const box = own.grid.region.getBoundingClientRect();
    const down = own.event.clientY > box.bottom - NEAR ? 1 : own.event.clientY < box.top + NEAR ? -1 : 0;
    const right = own.event.clientX > box.right - NEAR ? 1 : own.event.clientX < box.left + NEAR ? -1 : 0;
    if (!down && !right) return;
    own.grid.region.scrollBy({ left: right * 8, top: down * 8, behavior: "instant" });
    plan();
  }

  // ---- the drag ----

  function begin() {
    const link = pressed.link;
    if (!link.isConnected) { // the calendar was shown anew in the meantime
      forget();
      return;
    }
    const table = link.closest("table");
    const cell = link.closest("td");
    const grid = measure(table);
    const ghost = document.createElement("div");
    ghost.setAttribute("aria-hidden", "true");
    grid.region.append(ghost);
    drag = {
      kind: pressed.kind, link: link, grid: grid, ghost: ghost, event: pressed.event, pointer: pressed.event.pointerId,
      column: Number(cell.dataset.column) - 1, first: Number(cell.dataset.row), grab: 0, reasons: new Map(), target: null,
    };
    if (drag.kind !== "draw") {
      drag.id = link.dataset.move;
      drag.start = Number(link.dataset.start);
      drag.minutes = Number(link.dataset.minutes);
      drag.version = link.dataset.version; // of what is shown, so that nobody else's change is undone
      drag.first = rowOf(grid, drag.start);
      drag.grab = Math.max(0, rowAt(grid, spotOf(grid, pressed.event).y) - drag.first);
      link.classList.add("dragged");
      askPlaces(drag);
    }
    pressed = null;
    part.dataset.busy = "yes";
    document.body.classList.add("dragging");
    say("");
    plan();
  }

  // End the drag, whatever became of it, and show the calendar as it is now.
  function stop() {
    if (!drag) return;
    window.clearTimeout(drag.timer);
    drag.ghost.remove();
    drag.link.classList.remove("dragged");
    for (const cell of part.querySelectorAll(".no-drop")) cell.classList.remove("no-drop");
    drag = null;
    delete part.dataset.busy;
    document.body.classList.remove("dragging");
    document.dispatchEvent(new CustomEvent("calendar:stale"));
  }

  // Let go: at once where it is known what fits, else as soon as the server has said so.
  async function drop() {
    const own = drag;
    own.isDropped = true;
    if (own.kind !== "draw" && !own.places) return;
    update();
    const target = own.target;
    if (own.kind === "draw") {
      const address = own.link.closest("td").querySelector("a").href;
      const url = new URL(address);
      url.searchParams.set("start", target.start);
      url.searchParams.set("duration", target.minutes);
      stop();
      window.location.assign(url);
      return;
    }
    if (!target) {
      await sayWhy(own);
      return;
    }
    drag = null; // nothing follows the pointer any more; the ghost stays until the server has answered
    const fields = new URLSearchParams({ csrf_token: setup.dataset.csrf, version: own.version, key: newKey() });
    for (const name of Object.keys(target)) if (target[name]) fields.set(name, target[name]);
    let told = null;
    let problem = "";
    try {
      told = await ask(own.id + "/move.json", { method: "POST", body: fields });
    } catch (error) {
      problem = error instanceof TypeError ? texts.unknown : problemOf(error);
    }
    drag = own;
    stop();
    say(told ? told.said : problem, !told);
    if (told && told.undo) document.dispatchEvent(new CustomEvent("undo:offer", { detail: told.undo }));
  }

  // Dropped where it may not go: say why, unless that is where it was.
  async function sayWhy(own) {
    const place = own.kind === "move" && own.aim;
    let problem = "";
    if (place && !own.reasons.has(place.key)) {
      drag = null;
      await askWhy(own, place.key, place.column, place.first);
      drag = own;
    }
    if (place) problem = own.reasons.get(place.key);
    stop();
    say(problem, true);
  }

  // However often it is sent, it moves once.
  function newKey() {
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  // ---- pressing ----

  function kindOf(link, event) {
    if (!link.dataset.move) return "draw";
    return event.pointerType === "mouse" && link.getBoundingClientRect().bottom - event.clientY <= EDGE ? "length" : "move";
  }

  part.addEventListener("pointerdown", function (event) {
    const link = event.target.closest("a[data-move], td.free a");
    forget();
    if (!link || event.button !== 0 || part.dataset.busy || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const kind = kindOf(link, event);
    if (kind === "draw" && event.pointerType !== "mouse") return;
    pressed = { link: link, kind: kind, event: event, x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") pressed.timer = window.setTimeout(begin, LONG_PRESS);
  });

  document.addEventListener("pointermove", function (event) {
    if (drag) {
      if (drag.isDropped || event.pointerId !== drag.pointer) return;
      drag.event = event;
      plan();
    } else if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > LEAST) {
      if (event.pointerType === "mouse") begin();
      else forget();
      if (drag) drag.event = event;
    }
  });

  function forget() {
    if (pressed) window.clearTimeout(pressed.timer);
    pressed = null;
  }

  document.addEventListener("pointerup", function (event) {
    forget();
    if (event.pointerId === ended) stopNextClick(); // let go after Escape
    ended = null;
    if (!drag || drag.isDropped || event.pointerId !== drag.pointer) return;
    stopNextClick();
    drop();
  });

  function stopNextClick() {
    window.addEventListener("click", stopClick, { capture: true, once: true });
    window.setTimeout(function () { window.removeEventListener("click", stopClick, { capture: true }); }, 0);
  }

  function stopClick(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("pointercancel", function () { forget(); stop(); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !drag || drag.isDropped) return;
    ended = drag.pointer;
    stop();
  });
  document.addEventListener("touchmove", function (event) { if (drag) event.preventDefault(); }, { passive: false });
  part.addEventListener("contextmenu", function (event) { if (drag) event.preventDefault(); });
  part.addEventListener("dragstart", function (event) { if (event.target.closest("a[data-move], td.free a")) event.preventDefault(); });
})();

// Weekly hours painted on a bar for each day, with mouse, finger or keys. What is painted is written into the lines
// below, which are what is saved. Lines past midnight stay as they are typed, and are only shown; so do lines of one
// location, unless all lines are of the same one: then what is painted is of it, too.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const box = document.getElementById("paint");
  const form = box && box.closest("form");
  if (!form) return;
  const DAY = 1440;
  const STEP = 30; // minutes
  const SPANS = { workdays: [0, 1, 2, 3, 4], every: [0, 1, 2, 3, 4, 5, 6] };
  const TIME = /^(\d{1,2})(?:[:.]?(\d{2}))?$/; // as the server reads it

  const order = box.dataset.weekdays.split(" ").map(Number); // as the site's weeks go; Monday is 0
  const names = [];
  for (const one of form.querySelector("[name=weekday]").options) if (!(one.value in SPANS)) names[one.value] = one.textContent.trim();
  let hours = names.map(function () { return []; }); // for each day sorted [start, end) in minutes
  let typed = names.map(function () { return []; }); // likewise, what is only shown
  const cursors = names.map(function () { return 8 * 60; });
  let place = ""; // where painted hours are; empty: at every location
  let stroke = null;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  // As it is typed into the lines, whatever the site's format is.
  function typedTime(minute) { return String(Math.floor(minute / 60)).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0"); }

  function clock(minute) {
    if (!box.dataset.am) return typedTime(minute);
    const half = Math.floor(minute / 720) % 2 ? box.dataset.pm : box.dataset.am;
    return (Math.floor(minute / 60) + 11) % 12 + 1 + ":" + String(minute % 60).padStart(2, "0") + "\u00a0" + half;
  }

  // ---- ranges ----

  function joined(ranges) {
    const found = [];
    for (const [start, end] of ranges.slice().sort(function (one, other) { return one[0] - other[0]; })) {
      const last = found[found.length - 1];
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else if (end > start) found.push([start, end]);
    }
    return found;
  }

  function without(ranges, start, end) {
    return ranges.flatMap(function (one) {
      return [[one[0], Math.min(one[1], start)], [Math.max(one[0], end), one[1]]].filter(function (part) { return part[0] < part[1]; });
    });
  }

  function isOpen(day, minute) { return hours[day].some(function (one) { return one[0] <= minute && minute < one[1]; }); }

  // ---- the lines of the form ----

  function lines() { return Array.from(form.querySelectorAll("[data-line]")); }

  function valueOf(line, name) { return line.querySelector("[name=" + name + "]").value.trim(); }

  function minuteOf(text) {
    const found = TIME.exec(text);
    const minute = found ? Number(found[1]) * 60 + Number(found[2] || 0) : NaN;
    return minute <= DAY && Number(found[2] || 0) < 60 ? minute : NaN;
  }

  function isPlain(line) {
    if (valueOf(line, "until_day") || valueOf(line, "place") !== place) return false;
    const [from, to] = [valueOf(line, "from"), valueOf(line, "to")];
    return (!from && !to) || minuteOf(from) < minuteOf(to);
  }

  function rangesOf(chosen) {
    const found = names.map(function () { return []; });
    for (const line of chosen) {
      const [from, to] = [minuteOf(valueOf(line, "from")), valueOf(line, "until_day") ? DAY : minuteOf(valueOf(line, "to"))];
      const days = SPANS[valueOf(line, "weekday")] || [Number(valueOf(line, "weekday"))];
      for (const day of days) if (from < to) found[day].push([from, to]);
    }
    return found.map(joined);
  }

  function commonPlace() {
    const all = lines();
    const timed = all.filter(function (line) { return valueOf(line, "from") || valueOf(line, "to"); });
    const named = new Set((timed.length ? timed : all).map(function (line) { return valueOf(line, "place"); }));
    return named.size === 1 ? [...named][0] : "";
  }

  function placeName() {
    const field = lines()[0].querySelector("[name=place]");
    const chosen = field.options && Array.from(field.options).find(function (one) { return one.value === place; });
    return chosen ? chosen.textContent.trim() : "";
  }

  function read() {
    place = commonPlace();
    hours = rangesOf(lines().filter(isPlain));
    typed = rangesOf(lines().filter(function (line) { return !isPlain(line); }));
    show();
  }

  function write() {
    const plain = lines().filter(isPlain);
    const pattern = lines()[0];
    const made = order.flatMap(function (day) {
      return hours[day].map(function (one) { return lineOf(pattern, day, typedTime(one[0]), typedTime(one[1])); });
    });
    if (!made.length && plain.length === lines().length) made.push(lineOf(pattern, order[0], "", ""));
    const anchor = document.createComment("lines");
    pattern.before(anchor);
    anchor.after(...made);
    for (const line of plain) line.remove();
    anchor.remove();
    number();
    show();
    form.dispatchEvent(new Event("change", { bubbles: true })); // the preview below looks again
  }

  function lineOf(pattern, day, from, to) {
    const line = pattern.cloneNode(true);
    for (const [name, value] of [["weekday", String(day)], ["from", from], ["to", to], ["until_day", ""], ["place", place]]) {
      line.querySelector("[name=" + name + "]").value = value;
    }
    for (const wrong of line.querySelectorAll(".is-invalid")) wrong.classList.remove("is-invalid");
    return line;
  }

  // Names for screen readers and the buttons that remove a line count the lines.
  function number() {
    lines().forEach(function (line, place) {
      for (const one of line.querySelectorAll("[aria-label]")) one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, place + 1));
      const button = line.querySelector("button[value^=drop-weekly-]");
      button.value = "drop-weekly-" + place;
      button.title = button.getAttribute("aria-label");
    });
  }

  // ---- the bars ----

  const said = { dashed: document.getElementById("paint-dashed"), place: document.getElementById("paint-place") };

  const bars = names.map(function (name, day) {
    const row = document.createElement("div");
    row.className = "paint-row";
    const label = document.createElement("span");
    label.className = "paint-name";
    label.textContent = name;
    const bar = document.createElement("div");
    bar.className = "paint-bar";
    bar.tabIndex = 0;
    bar.dataset.day = day;
    for (const [key, value] of [["role", "slider"], ["aria-label", name], ["aria-valuemin", 0], ["aria-valuemax", DAY]]) bar.setAttribute(key, value);
    const copies = document.createElement("div");
    copies.className = "paint-copies";
    copies.append(copyButton(name, day, "workdays", texts.copyWorkdays), copyButton(name, day, "every", texts.copyAll));
    row.append(label, bar, copies);
    return bar;
  });

  function copyButton(name, day, kind, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-outline-secondary";
    button.textContent = words;
    const whole = document.createElement("span");
    whole.className = "visually-hidden";
    whole.textContent = " (" + name + ")";
    button.append(whole);
    button.addEventListener("click", function () {
      for (const other of SPANS[kind]) hours[other] = hours[day].map(function (one) { return one.slice(); });
      write();
    });
    return button;
  }

  function blockOf(kind) {
    return function (one) {
      const block = document.createElement("div");
      block.className = kind;
      block.style.left = one[0] / DAY * 100 + "%";
      block.style.width = (one[1] - one[0]) / DAY * 100 + "%";
      const said = document.createElement("span");
      said.textContent = clock(one[0]) + "–" + clock(one[1]);
      block.append(said);
      return block;
    };
  }

  function show() {
    said.dashed.hidden = !typed.some(function (ranges) { return ranges.length; });
    said.place.hidden = !place;
    said.place.textContent = place ? fill(texts.place, { location: placeName() }) : "";
    bars.forEach(function (bar, day) {
      const ranges = stroke && stroke.day === day ? stroke.result : hours[day];
      bar.replaceChildren(...typed[day].map(blockOf("paint-typed")), ...ranges.map(blockOf("paint-block")));
      const mark = document.createElement("div");
      mark.className = "paint-cursor";
      mark.style.left = cursors[day] / DAY * 100 + "%";
      for (const button of bar.nextElementSibling.children) button.hidden = !hours[day].length; // nothing to copy
      bar.append(mark);
      bar.setAttribute("aria-valuenow", cursors[day]);
      bar.setAttribute("aria-valuetext", fill(isOpen(day, cursors[day]) ? texts.open : texts.closed, { time: clock(cursors[day]) }));
    });
  }

  function minuteAt(bar, event) {
    const edges = bar.getBoundingClientRect();
    const minute = (event.clientX - edges.left) / edges.width * DAY;
    return Math.max(0, Math.min(DAY, minute));
  }

  // From where it began to where it is now; on open hours a stroke closes, elsewhere it opens.
  function draw(event) {
    const now = minuteAt(bars[stroke.day], event);
    const start = Math.floor(Math.min(stroke.from, now) / STEP) * STEP;
    const end = Math.min(DAY, Math.max(start + STEP, Math.ceil(Math.max(stroke.from, now) / STEP) * STEP));
    const before = hours[stroke.day];
    stroke.result = stroke.closes ? without(before, start, end) : joined(before.concat([[start, end]]));
    cursors[stroke.day] = Math.min(start, DAY - STEP);
    show();
  }

  for (const bar of bars) {
    const day = Number(bar.dataset.day);
    bar.addEventListener("pointerdown", function (event) {
      if (event.button !== 0) return;
      event.preventDefault();
      bar.focus();
      bar.setPointerCapture(event.pointerId);
      const from = minuteAt(bar, event);
      stroke = { day: day, from: from, closes: isOpen(day, from), result: hours[day] };
      draw(event);
    });
    bar.addEventListener("pointermove", function (event) { if (stroke && stroke.day === day) draw(event); });
    bar.addEventListener("pointerup", function () {
      if (!stroke || stroke.day !== day) return;
      hours[day] = stroke.result;
      stroke = null;
      write();
    });
    bar.addEventListener("pointercancel", function () {
      stroke = null;
      show();
    });
    bar.addEventListener("keydown", function (event) {
      const step = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -4 * STEP, PageUp: 4 * STEP, Home: -DAY, End: DAY }[event.key];
      if (step) cursors[day] = Math.max(0, Math.min(DAY - STEP, cursors[day] + step));
      else if (event.key === " ") {
        const span = [cursors[day], cursors[day] + STEP];
        hours[day] = isOpen(day, span[0]) ? without(hours[day], span[0], span[1]) : joined(hours[day].concat([span]));
        write();
      } else return;
      event.preventDefault();
      show();
    });
  }

  form.addEventListener("change", function (event) { if (event.target.closest("[data-line]")) read(); });
  box.append(...order.map(function (day) { return bars[day].parentElement; }));
  box.hidden = false;
  read();
})();

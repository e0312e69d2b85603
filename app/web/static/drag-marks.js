// What is seen while one drags: a curtain over the calendar that alone lies under the pointer, so that no cell changes
// its look as the pointer passes; on it what is not free for this booking, and a ghost where it would go.
"use strict";
(function () {
  const drag = window.eigenplanDrag = window.eigenplanDrag || {};

  const ROOM = 48; // pixels that words above a ghost take

  function add(parent, name) {
    const made = document.createElement("div");
    made.className = name;
    parent.append(made);
    return made;
  }

  function put(element, box) {
    element.style.width = box.width + "px";
    element.style.height = box.height + "px";
    element.style.transform = "translate(" + box.left + "px, " + box.top + "px)";
  }

  // ``isByFinger``: a finger hides what is below it, so the words stand above.
  drag.hang = function (grid, isByFinger) {
    const all = document.createElement("div");
    all.className = (grid.hasHalves ? "halves" : grid.isDown ? "down" : "right") + (isByFinger ? " by-finger" : "");
    all.setAttribute("aria-hidden", "true");
    const curtain = add(all, "drag-curtain");
    put(curtain, { left: 0, top: 0, width: grid.table.offsetWidth, height: grid.table.offsetHeight });
    const ghost = add(all, "drag-ghost");
    ghost.hidden = true;
    const ruler = grid.hasHalves ? add(ghost, "drag-ruler") : null;
    const label = add(ghost, "drag-label");
    grid.region.append(all);
    return { all: all, curtain: curtain, ghost: ghost, label: label, ruler: ruler, grid: grid, shown: "", ruled: null };
  };

  // Put the ghost where it would go. Nothing is written to the page as long as nothing changes.
  drag.showGhost = function (marks, place, state, text) {
    const box = drag.boxOf(marks.grid, place.strip, place.first, place.last, place.half);
    if (marks.grid.hasHalves) cut(box, place.seen.top);
    const sides = (place.seen.isRight ? " leftwards" : "") + (box.top - place.seen.top < ROOM ? " below" : "");
    const key = [box.left, box.top, box.width, box.height, place.first, sides, state, text].join(" ");
    if (marks.shown === key) return;
    marks.shown = key;
    marks.ghost.hidden = false;
    marks.ghost.className = "drag-ghost " + state + sides;
    marks.label.textContent = text;
    put(marks.ghost, box);
    if (marks.ruler) rule(marks, place);
  };

  // Of a day that is higher than the window only what is seen of it: its words are at the top.
  function cut(box, top) {
    const hidden = Math.max(0, Math.min(top - box.top, box.height));
    box.top += hidden;
    box.height -= hidden;
  }

  // Along the upper edge of a day: where it may begin, and what it would take.
  function rule(marks, place) {
    marks.ruler.hidden = place.half === 0;
    if (marks.ruled !== place.strip) {
      marks.ruled = place.strip;
      marks.ruler.replaceChildren();
      for (const run of runs(place.strip, place.fits)) span(add(marks.ruler, "drag-fit"), place.strip, run[0], run[1]);
      marks.taken = add(marks.ruler, "drag-taken");
    }
    span(marks.taken, place.strip, place.first, Math.min(place.last, place.strip.slots.length - 1));
  }

  function span(element, strip, first, last) {
    const from = strip.slots[first].from;
    put(element, { left: from - strip.along.from, top: 0, width: strip.slots[last].to - from, height: 8 });
  }

  // The stretches of quarter hours for which something holds, as pairs of the first and the last.
  function runs(strip, holds) {
    const found = [];
    strip.slots.forEach(function (slot, number) {
      if (!holds(strip, slot)) return;
      const before = found[found.length - 1];
      if (before && before[1] === number - 1) before[1] = number;
      else found.push([number, number]);
    });
    return found;
  }

  // Free time at which it may not begin looks closed; of a day in halves the half in which nothing fits.
  drag.shade = function (marks, fits, fitsHalf) {
    marks.shown = "";
    marks.ruled = null;
    const shades = document.createDocumentFragment();
    for (const strip of marks.grid.strips) {
      if (marks.grid.hasHalves) {
        for (const half of [0, 1]) if (!fitsHalf(strip, half)) shadeBox(shades, drag.boxOf(marks.grid, strip, 0, 0, half));
        continue;
      }
      const closed = runs(strip, function (_strip, slot) { return drag.isFree(strip, slot) && !fits(strip, slot); });
      for (const run of closed) shadeBox(shades, drag.boxOf(marks.grid, strip, run[0], run[1], null));
    }
    marks.curtain.append(shades);
  };

  function shadeBox(parent, box) { put(add(parent, "drag-shade"), box); }

  // Free is what the page says to be free from end to end.
  drag.isFree = function (strip, slot) {
    return strip.free.some(function (one) { return one[0] <= slot.start && slot.start + drag.QUARTER <= one[1]; });
  };
})();

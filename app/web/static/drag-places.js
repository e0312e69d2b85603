// What each place of a calendar stands for, read once from the page as a drag begins. The table says with data-time
// which way time runs; elements with data-times are divided into the quarter hours that they name; each element with
// data-resource is a strip: all of the time shown of one person, room or device, or its one day where it has data-date.
"use strict";
(function () {
  const drag = window.eigenplanDrag = window.eigenplanDrag || {};

  // {strips, region, isDown, hasHalves}; "along" is the way that time runs, "across" the other one. In tables with
  // data-halves the upper half of a strip keeps the time of day, the lower half is its day from left to right.
  drag.measure = function (table) {
    const isDown = table.dataset.time === "down";
    const grid = { table: table, region: table.closest(".calendar-scroll"), isDown: isDown, hasHalves: "halves" in table.dataset };
    grid.headHeight = table.tHead.offsetHeight;
    const days = slotsOf(table, isDown);
    grid.strips = Array.from(table.querySelectorAll("[data-resource]"), function (cell) {
      const slots = days.get(cell.dataset.date);
      return {
        resource: cell.dataset.resource, name: cell.dataset.name, free: spans(cell.dataset.free), slots: slots,
        along: { from: slots[0].from, to: slots[slots.length - 1].to }, across: extent(cell, !isDown),
      };
    });
    return grid;
  };

  function extent(cell, isDown) {
    const [from, size] = isDown ? [cell.offsetTop, cell.offsetHeight] : [cell.offsetLeft, cell.offsetWidth];
    return { from: from, to: from + size };
  }

  // The quarter hours of each day that is shown; where there is but one, it goes without a name.
  function slotsOf(table, isDown) {
    const days = new Map();
    for (const cell of table.querySelectorAll("[data-times]")) {
      const place = extent(cell, isDown);
      const told = cell.dataset.times.split(";");
      const size = (place.to - place.from) / told.length;
      if (!days.has(cell.dataset.date)) days.set(cell.dataset.date, []);
      told.forEach(function (one, number) {
        const [start, clock] = [one.slice(0, one.indexOf(" ")), one.slice(one.indexOf(" ") + 1)];
        const from = place.from + size * number;
        days.get(cell.dataset.date).push({ start: Number(start), clock: clock, day: cell.dataset.day, from: from, to: from + size });
      });
    }
    return days;
  }

  // "10-20 30-40" as pairs of numbers.
  function spans(text) {
    return (text ? text.split(" ") : []).map(function (one) { return one.split("-").map(Number); });
  }

  // Where a pointer is in the coordinates of the table; ``isRight``: in the right half of what is seen, which begins at
  // ``top``, below the heads or at the rim of the window.
  drag.spotOf = function (grid, event) {
    const box = grid.region.getBoundingClientRect();
    const x = event.clientX - box.left + grid.region.scrollLeft;
    const y = event.clientY - box.top + grid.region.scrollTop;
    const seen = { isRight: event.clientX - box.left > box.width / 2, top: grid.region.scrollTop + Math.max(grid.headHeight, -box.top) };
    return grid.isDown ? { along: y, across: x, seen: seen } : { along: x, across: y, seen: seen };
  };

  function away(place, at) { return Math.max(place.from - at, at - place.to, 0); }

  // The strip at a spot, or the nearest one.
  drag.stripAt = function (grid, spot) {
    let found = grid.strips[0];
    let least = Infinity;
    for (const one of grid.strips) {
      const far = away(one.across, spot.across) + away(one.along, spot.along);
      if (far < least) [found, least] = [one, far];
    }
    return found;
  };

  // The number of the quarter hour at a spot; before the first and after the last one it is counted on.
  drag.slotAt = function (strip, along) {
    const size = (strip.along.to - strip.along.from) / strip.slots.length;
    if (along < strip.along.from) return Math.floor((along - strip.along.from) / size);
    if (along >= strip.along.to) return strip.slots.length + Math.floor((along - strip.along.to) / size);
    return strip.slots.findIndex(function (one) { return along < one.to; });
  };

  drag.slotOf = function (strip, start) {
    const after = strip.slots.findIndex(function (one) { return one.start > start; });
    return Math.max(0, (after < 0 ? strip.slots.length : after) - 1);
  };

  // The half of a strip in which a spot is: 0, 1; nothing where strips have no halves.
  drag.halfAt = function (grid, strip, spot) {
    if (!grid.hasHalves) return null;
    return spot.across < (strip.across.from + strip.across.to) / 2 ? 0 : 1;
  };

  // Where on the table some quarter hours of a strip are; with halves all of the day, or the half of it that is named.
  drag.boxOf = function (grid, strip, first, last, half) {
    const end = Math.min(last, strip.slots.length - 1);
    const time = { from: strip.slots[first].from, to: strip.slots[end].to };
    if (!grid.hasHalves) return boxed(grid, time, strip.across);
    const middle = Math.round((strip.across.from + strip.across.to) / 2);
    const across = half === 0 ? { from: strip.across.from, to: middle } : half === 1 ? { from: middle, to: strip.across.to } : strip.across;
    return boxed(grid, strip.along, across);
  };

  function boxed(grid, along, across) {
    const [x, y] = grid.isDown ? [across, along] : [along, across];
    return { left: x.from, top: y.from, width: x.to - x.from, height: y.to - y.from };
  }
})();

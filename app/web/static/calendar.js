// One stop for the Tab key in the calendar; arrow keys, Home and End move through it. Without scripts every link is a stop.
"use strict";
(function () {
  let place = null; // of the one link that is the stop: kept when the table is shown anew

  function begin(table, isFirst) {
    if (!table) return;

    // Where each cell stands, spans counted: grid[row][column] is the cell that covers that place.
    const grid = [];
    Array.from(table.tBodies[0].rows).forEach(function (row, number) {
      grid[number] = grid[number] || [];
      let column = 0;
      for (const cell of row.cells) {
        while (grid[number][column]) column += 1;
        for (let below = 0; below < cell.rowSpan; below += 1) {
          grid[number + below] = grid[number + below] || [];
          for (let beside = 0; beside < cell.colSpan; beside += 1) grid[number + below][column + beside] = cell;
        }
        cell.dataset.row = number;
        cell.dataset.column = column;
      }
    });

    // Begin the view of today around the present time.
    const region = table.closest(".calendar-scroll");
    const row = table.querySelector("tr.now");
    if (row && isFirst) region.scrollTop = row.offsetTop - region.clientHeight / 3;
    const mark = table.querySelector(".calendar-timeline .now-line rect"); // there, which runs to the right
    if (mark && isFirst) region.scrollLeft = mark.getBoundingClientRect().left - region.getBoundingClientRect().left - region.clientWidth / 2;

    const linkOf = function (cell) { return cell ? cell.querySelector("a") : null; };
    let current = null;

    function makeCurrent(link) {
      if (current) current.tabIndex = -1;
      current = link;
      current.tabIndex = 0;
      place = link.getAttribute("href");
    }

    for (const link of table.tBodies[0].querySelectorAll("a")) link.tabIndex = -1;
    const before = Array.from(table.tBodies[0].querySelectorAll("td a")).find(function (link) { return link.getAttribute("href") === place; });
    const first = before || table.querySelector("tr.now td a") || table.querySelector("tbody td a");
    if (first) makeCurrent(first);

    // The row on which sideways moves go on, also across cells that span many rows.
    let line = 0;

    function next(cell, down, right) {
      const top = Number(cell.dataset.row);
      if (down || line < top || line >= top + cell.rowSpan) line = top;
      let row = down > 0 ? top + cell.rowSpan : line + down;
      let column = Number(cell.dataset.column) + right;
      while (grid[row] && grid[row][column]) {
        const link = linkOf(grid[row][column]);
        if (link && grid[row][column] !== cell) {
          line = row;
          return link;
        }
        row += down;
        column += right;
      }
      return null;
    }

    const MOVES = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

    table.addEventListener("keydown", function (event) {
      const cell = event.target.closest("td");
      if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
      let link = null;
      if (MOVES[event.key]) {
        const own = Array.from(cell.querySelectorAll("a"));
        const beside = own[own.indexOf(event.target) + MOVES[event.key][0]];
        link = MOVES[event.key][0] && beside ? beside : next(cell, MOVES[event.key][0], MOVES[event.key][1]);
      } else if (event.key === "Home" || event.key === "End") {
        const column = grid.map(function (row) { return linkOf(row[Number(cell.dataset.column)]); }).filter(Boolean);
        link = event.key === "Home" ? column[0] : column[column.length - 1];
      }
      if (!link) return;
      event.preventDefault();
      makeCurrent(link);
      link.focus();
    });
    table.addEventListener("focusin", function (event) {
      if (event.target.matches("tbody td a")) makeCurrent(event.target);
    });
    for (const hint of document.querySelectorAll(".with-script")) hint.hidden = false;
  }

  begin(document.querySelector("table[data-grid]"), true);
  document.addEventListener("calendar:shown", function () { begin(document.querySelector("table[data-grid]"), false); });
})();

// A palette beside each colour that can be typed; what is chosen there is written into the field.
"use strict";
(function () {
  const FULL = /^#[0-9a-f]{6}$/i;
  const SHORT = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i;

  function colourOf(field) {
    const text = field.value.trim().replace(SHORT, "#$1$1$2$2$3$3");
    return FULL.test(text) ? text.toLowerCase() : field.dataset.empty;
  }

  for (const field of document.querySelectorAll("input[data-picker]")) {
    const group = document.createElement("div");
    group.className = "colour-choice";
    const palette = document.createElement("input");
    palette.type = "color";
    palette.className = "form-control form-control-color";
    palette.setAttribute("aria-label", field.dataset.picker);
    palette.title = field.dataset.picker;
    palette.value = colourOf(field);
    field.before(group);
    group.append(palette, field);
    palette.addEventListener("input", function () { field.value = palette.value; });
    field.addEventListener("input", function () { palette.value = colourOf(field); });
  }
})();

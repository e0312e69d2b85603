// Intake questions that depend on others are shown, and asked for, only where they are asked; without this script each
// says when it is. What was typed before a question went away is kept, and sent only when it comes back.
"use strict";
(function () {
  const form = document.currentScript.closest("form");
  const dependent = Array.from(form.querySelectorAll(".intake[data-after]"));

  function controls(box) { return Array.from(box.querySelectorAll("input, select, textarea")); }

  function answersTo(name) {
    return Array.from(form.querySelectorAll("[name='" + CSS.escape(name) + "']"))
      .filter(function (one) { return !one.disabled && (one.type !== "checkbox" || one.checked); })
      .map(function (one) { return one.value; });
  }

  function show(box) {
    const answers = answersTo(box.dataset.after);
    const isAsked = JSON.parse(box.dataset.wanted).some(function (one) { return answers.includes(one); });
    box.hidden = !isAsked;
    for (const one of controls(box)) {
      one.disabled = !isAsked;
      if ("required" in box.dataset && one.name && !box.querySelector("fieldset")) one.required = isAsked;
    }
  }

  function mark(title) {
    const star = document.createElement("span");
    star.className = "required";
    star.textContent = "*";
    title.append(" ", star);
  }

  function showAll() { dependent.forEach(show); } // in their order: each depends only on what stands before it

  for (const box of dependent) {
    for (const one of box.querySelectorAll(".intake-condition")) one.hidden = true;
    if ("required" in box.dataset) mark(box.querySelector(".form-check > label, .form-label"));
  }
  form.addEventListener("change", showAll);
  showAll();
})();

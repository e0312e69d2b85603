// Small comforts; every page works without them.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const MOST_BYTES = 900000;

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  // Stop texts that are too long, and forms that the server would refuse for their size, before they are sent.
  function checkSizes(form) {
    let total = 0;
    for (const input of form.querySelectorAll("input, textarea")) {
      if (!("value" in input) || input.type === "file") continue;
      total += input.value.length;
      const most = input.maxLength;
      if (most >= 0) {
        const over = input.value.length > most;
        input.setCustomValidity(over ? fill(texts.tooLong, { most: most, length: input.value.length }) : "");
        if (over) {
          input.reportValidity();
          return false;
        }
      }
    }
    return total <= MOST_BYTES;
  }

  // On a phone the navigation is one line that is pushed: where one is stands within it.
  const here = document.querySelector(".site-nav .here");
  if (here) here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").offsetLeft - 48;

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (!checkSizes(form)) {
      event.preventDefault();
      return;
    }
    // A second press while the first is under way would only be answered the same; spare the wait.
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    for (const form of document.forms) delete form.dataset.sent;
  });
  document.addEventListener("input", function (event) {
    if (event.target.setCustomValidity) event.target.setCustomValidity("");
  });

  // A file of the visitor's own is read into the box beside it, and never sent as a file.
  function decode(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
      return new TextDecoder("windows-1252").decode(bytes); // what spreadsheets write where it is not UTF-8
    }
  }
  for (const part of document.querySelectorAll("[data-read-into]")) {
    part.hidden = false;
    part.querySelector("input").addEventListener("change", async function (event) {
      const box = document.getElementById(part.dataset.readInto);
      if (event.target.files[0]) box.value = decode(await event.target.files[0].arrayBuffer());
      event.target.value = "";
      box.focus();
    });
  }

  // What is to be pasted elsewhere is copied by a press.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async function () {
      const box = document.getElementById(button.dataset.copy);
      box.select();
      await navigator.clipboard.writeText(box.value);
      button.nextElementSibling.textContent = button.dataset.copied;
    });
  }

  // Selects that only choose what a page shows act at once.
  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-auto]");
    if (form && event.target.tagName === "SELECT") form.requestSubmit();
  });

  // Bring the first field with an error into view.
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();

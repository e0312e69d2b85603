// Offers the times of the device's own zone. Runs where it stands, so that nothing below moves when its line appears.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const hint = document.currentScript.previousElementSibling;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === hint.dataset.zoneHint) return;
  const url = new URL(window.location.href);
  url.searchParams.set("zone", zone);
  const link = document.createElement("a");
  link.href = url.pathname + url.search;
  link.textContent = texts.showZone.replace("{zone}", zone.replaceAll("_", " "));
  hint.append(texts.otherZone, " ", link);
  hint.hidden = false;
})();

// Runs before the first paint: Bootstrap's dark colours follow the device's setting.
"use strict";
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = function () {
    document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  };
  apply();
  dark.addEventListener("change", apply);
})();

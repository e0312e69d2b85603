// What a drag asks of the server: where a booking may go, why not elsewhere, and the drop itself.
"use strict";
(function () {
  const drag = window.eigenplanDrag = window.eigenplanDrag || {};

  drag.askServer = function (setup, texts) {
    async function ask(address, options) {
      const answer = await window.fetch(setup.dataset.url + address, Object.assign({ redirect: "manual", cache: "no-store" }, options));
      if (answer.type === "opaqueredirect" || answer.status === 401) throw new Error(texts.signedOut);
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.message || texts.away);
      return told;
    }

    function problemOf(error) { return error instanceof TypeError || error instanceof SyntaxError ? texts.away : error.message; }

    return {
      problemOf: problemOf,

      places: function (booking) {
        return ask(booking + "/places.json?date=" + setup.dataset.first + "&days=" + setup.dataset.days);
      },

      // The first reason; where it cannot be asked for, why.
      why: async function (booking, resource, start) {
        try {
          const told = await ask(booking + "/why.json?resource=" + resource + "&start=" + start);
          return told.reasons[0] || texts.closed;
        } catch (error) {
          return problemOf(error);
        }
      },

      // What is said about it, and what undoes it: {said, undo}, or {problem}.
      move: async function (booking, version, target) {
        const fields = new URLSearchParams({ csrf_token: setup.dataset.csrf, version: version, key: newKey() });
        for (const name of Object.keys(target)) if (target[name]) fields.set(name, target[name]);
        try {
          return await ask(booking + "/move.json", { method: "POST", body: fields });
        } catch (error) {
          return { problem: error instanceof TypeError ? texts.unknown : problemOf(error) };
        }
      },
    };
  };

  // However often it is sent, it moves once.
  function newKey() {
    return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }
})();

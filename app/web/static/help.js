// The panel of guides over any page of staff. Without it the button at the top is a link to the page of the guides.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  const opener = document.getElementById("help-open");
  const panel = document.getElementById("help-panel");
  if (!opener || !panel || !panel.showModal) return;
  const body = document.getElementById("help-body");
  const ownPage = document.getElementById("help-page");
  const HOME = new URL(opener.href).pathname;
  const PAUSE = 250; // milliseconds without a key before what was typed is looked for
  let number = 0; // of the last question: answers to earlier ones are not shown any more
  let timer = 0;

  async function ask(url) {
    const part = new URL(url);
    part.searchParams.set("part", "1");
    const answer = await window.fetch(part, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Error(texts.signedOut);
    if (!answer.ok) throw new Error(texts.away);
    const made = document.createElement("template");
    made.innerHTML = await answer.text(); // a page of ours, made for this panel
    return made.content;
  }

  // Where a guide was chosen, its heading or that of the section is where reading goes on.
  function goTo(hash) {
    const heading = (hash && document.getElementById(hash.slice(1))) || body.querySelector("h1");
    body.scrollTop = 0;
    if (!heading) return;
    heading.focus({ preventScroll: true });
    if (hash) heading.scrollIntoView();
  }

  async function show(url, isSearch) {
    window.clearTimeout(timer);
    number += 1;
    const mine = number;
    let made;
    try {
      made = await ask(url);
    } catch (error) {
      made = document.createElement("p");
      made.className = "alert alert-warning";
      made.setAttribute("role", "alert");
      made.textContent = error instanceof TypeError ? texts.away : error.message;
    }
    if (mine !== number) return;
    ownPage.href = url.href;
    const found = isSearch && made.querySelector("#help-found");
    const place = document.getElementById("help-found");
    if (found && place) { // what is being typed stays
      place.replaceChildren(...found.childNodes);
      return;
    }
    body.replaceChildren(made);
    goTo(url.hash);
  }

  function addressOf(form) {
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    return url;
  }

  opener.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    panel.showModal();
    show(new URL(opener.href), false);
  });

  body.addEventListener("click", function (event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || !url.pathname.startsWith(HOME)) return;
    event.preventDefault();
    show(url, false);
  });

  body.addEventListener("submit", function (event) {
    event.preventDefault();
    show(addressOf(event.target), true);
  });

  body.addEventListener("input", function (event) {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { show(addressOf(event.target.form), true); }, PAUSE);
  });

  // A press beside the panel closes it, as Escape does.
  panel.addEventListener("click", function (event) {
    if (event.target === panel) panel.close();
  });
})();

// Passkeys: forms with data-passkey let the browser make or show one, then send its answer like any other field.
"use strict";
(function () {
  const texts = JSON.parse(document.currentScript.dataset.texts);
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  function toBytes(text) {
    const binary = window.atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, function (one) { return one.charCodeAt(0); });
  }

  function toText(buffer) {
    const binary = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return window.btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function withBytes(one) { return Object.assign({}, one, { id: toBytes(one.id) }); }

  function readOptions(text) {
    const options = JSON.parse(text);
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    for (const name of ["allowCredentials", "excludeCredentials"]) {
      if (options[name]) options[name] = options[name].map(withBytes);
    }
    return options;
  }

  function answerOf(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: {},
    });
  }

  function tell(form, text) {
    const place = form.querySelector("[data-passkey-problem]");
    place.textContent = text;
    place.hidden = false;
  }

  async function ask(form) {
    const publicKey = readOptions(form.dataset.options);
    try {
      const credential = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: publicKey })
        : await navigator.credentials.get({ publicKey: publicKey });
      form.elements.passkey.value = answerOf(credential);
    } catch (error) {
      tell(form, error.name === "InvalidStateError" ? texts.known : texts.unused);
      return;
    }
    form.submit();
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation();
      if (form.reportValidity()) ask(form);
    }, true);
  }
  for (const note of document.querySelectorAll("[data-without-passkey]")) note.hidden = true;
})();

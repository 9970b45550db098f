/* Passkeys: what the server asks goes to the browser's own dialog, its answer goes back in the form. Without it,
   or where the browser knows no passkeys, codes and passwords do the same. */
(function () {
  "use strict";
  var doc = document;
  if (!window.PublicKeyCredential || !navigator.credentials || !window.fetch) { return; }
  function bytes(text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    return buffer ? btoa(String.fromCharCode.apply(null, new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : null;
  }
  function named(list) {
    return (list || []).map(function (each) { return { type: each.type, id: bytes(each.id), transports: each.transports }; });
  }
  /* a credential as the server reads it */
  function plain(made) {
    var given = made.response, response = { clientDataJSON: text(given.clientDataJSON) };
    if (given.attestationObject) {
      response.attestationObject = text(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = text(given.authenticatorData);
      response.signature = text(given.signature);
      response.userHandle = text(given.userHandle);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: response, clientExtensionResults: {} });
  }
  function said(button) { return button.closest("form").querySelector("[data-passkey-said]"); }
  function say(button, name) {
    var place = said(button);
    if (place) { place.textContent = place.dataset[name]; place.hidden = false; }
  }
  /* the challenge is asked for when the person presses: it is good for one answer and a short time */
  function ask(button) {
    var body = new FormData(), form = button.closest("form");
    body.append("csrf_token", form.querySelector("[name=csrf_token]").value);
    if (button.dataset.passkeyUse === "alone") { body.append("alone", "1"); }
    return fetch("/login/passkey/options", { method: "POST", body: body, headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (asked) {
      asked.challenge = bytes(asked.challenge);
      asked.allowCredentials = named(asked.allowCredentials);
      return navigator.credentials.get({ publicKey: asked });
    }).then(plain);
  }
  function make(button) {
    var asked = JSON.parse(button.dataset.passkeyMake);
    asked.challenge = bytes(asked.challenge);
    asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = named(asked.excludeCredentials);
    return navigator.credentials.create({ publicKey: asked }).then(plain);
  }
  function run(button) {
    var form = button.closest("form"), makes = button.hasAttribute("data-passkey-make");
    button.disabled = true;
    (makes ? make(button) : ask(button)).then(function (answer) {
      form.querySelector("[data-passkey-answer]").value = answer;
      if (makes || button.hasAttribute("data-passkey-submit")) { form.submit(); return; }
      button.disabled = false;
      say(button, "ready");
    }).catch(function () {
      button.disabled = false;
      say(button, "failed");
    });
  }
  doc.querySelectorAll("[data-passkey-use], [data-passkey-make]").forEach(function (button) {
    button.addEventListener("click", function () { run(button); });
  });
  doc.querySelectorAll("[data-passkey-shown]").forEach(function (part) { part.hidden = false; });
  doc.querySelectorAll("[data-passkey-without]").forEach(function (part) { part.hidden = true; });
}());

/* The switch "Notify this device": shown where the browser can be woken; it asks for permission only when it is turned on. */
(function () {
  "use strict";
  var doc = document, box = doc.querySelector("[data-push]"), worker = navigator.serviceWorker, SCOPE = "/push/";
  if (!box || !worker || !("PushManager" in window) || !("Notification" in window)) { return; }
  var tick = box.querySelector("input[type=checkbox]"), said = box.querySelector("[role=status]"), token = box.querySelector("input[name=csrf_token]");
  function post(address, values) {
    return fetch(address, { method: "POST", body: new URLSearchParams(Object.assign({ csrf_token: token.value }, values)), headers: { Accept: "application/json" } });
  }
  function say(text) { said.textContent = text; }
  function key() { return Uint8Array.from(atob(box.dataset.push.replace(/-/g, "+").replace(/_/g, "/")), function (letter) { return letter.charCodeAt(0); }); }
  function active(registration) { // a subscription needs a worker that runs
    var coming = registration.installing || registration.waiting;
    if (registration.active || !coming) { return Promise.resolve(registration); }
    return new Promise(function (done, failed) {
      coming.addEventListener("statechange", function () {
        if (coming.state === "activated") { done(registration); }
        if (coming.state === "redundant") { failed(new Error("redundant")); }
      });
    });
  }
  function subscription() {
    return worker.getRegistration(SCOPE).then(function (registration) {
      return registration && registration.scope === new URL(SCOPE, window.location.href).href ? registration.pushManager.getSubscription() : null;
    });
  }
  function without() { return subscription().then(function (old) { return old ? old.unsubscribe() : null; }); }
  function on() {
    return Notification.requestPermission().then(function (answer) {
      if (answer !== "granted") { throw { said: box.dataset.denied }; }
      return worker.register(box.dataset.worker, { scope: SCOPE });
    }).then(active).then(function (registration) {
      return without().then(function () { // a new address each time: an old one may be somebody else's
        return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key() });
      });
    }).then(function (made) {
      return post("/push/on", { endpoint: made.endpoint }).then(function (answer) {
        if (answer.ok && !answer.redirected) { return; }
        return made.unsubscribe().then(function () { return answer.json(); }).then(function (told) { throw told; });
      });
    });
  }
  function off() { return without().then(function () { return post("/push/off", {}); }).then(function (answer) { if (!answer.ok) { throw {}; } }); }
  tick.addEventListener("change", function () {
    var wanted = tick.checked;
    say("");
    tick.setAttribute("aria-busy", "true");
    (wanted ? on() : off()).then(function () { say(wanted ? box.dataset.on : box.dataset.off); }, function (error) {
      tick.checked = !wanted;
      say(error && error.said || box.dataset.failed);
    }).then(function () { tick.removeAttribute("aria-busy"); });
  });
  Promise.all([subscription(), fetch("/push/here", { headers: { Accept: "application/json", "X-Poll": "1" } }).then(function (answer) { return answer.json(); })]).then(function (found) {
    tick.checked = Boolean(found[0] && found[1].on && Notification.permission === "granted");
  }).catch(function () { /* then it stands as off */ }).then(function () { box.hidden = false; });
}());

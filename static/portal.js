/* The little that pages cannot say in HTML: a lost connection, focus after a refusal. */
(function () {
  "use strict";
  var lost = false, sending = window.rawatSending;
  // What brought no new part of the page is said: a button never does nothing.
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { lost = true; sending.say(sending.word("lost")); });
  });
  document.addEventListener("htmx:responseError", function (event) {
    var answer = event.detail.xhr, request = event.detail.requestConfig;
    if (answer.status !== 401 && !(request && request.headers["X-Poll"])) { sending.say(sending.words(answer.responseText)); }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var request = event.detail.requestConfig, succeeded = event.detail.successful;
    if (lost && succeeded) {
      lost = false;
      sending.say(sending.word("back"), true);
      setTimeout(function () { if (!lost) { sending.say(""); } }, 8000);
    } else if (succeeded && !lost && !(request && request.headers["X-Poll"])) { sending.say(""); }
  });
  // Photos on a slow line take minutes: how far they are.
  document.addEventListener("htmx:xhr:progress", function (event) {
    var sent = event.detail;
    if (sent.lengthComputable && sent.total > 300000) {
      sending.say(sending.word("sending") + " " + Math.floor(sent.loaded * 100 / sent.total) + "%", true);
    }
  });
  // A form is sent once: a second tap on a slow line is no second request.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.id === "composer" || form.hasAttribute("data-again")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 20000);
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var errors = document.getElementById("form-errors");
    if (errors && event.target && event.target.contains(errors)) { errors.focus(); }
  });
  // Asking by itself every few seconds is no sign of a person: it does not keep a session alive.
  var acted = false;
  ["keydown", "pointerdown"].forEach(function (name) {
    document.addEventListener(name, function () { acted = true; }, true);
  });
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.triggeringEvent || acted) { acted = false; return; }
    event.detail.headers["X-Poll"] = "1";
  });
  // A page that the browser kept from before the sign-out is asked for anew.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { location.reload(); }
    document.querySelectorAll("form[data-sent]:not(#composer)").forEach(function (form) { delete form.dataset.sent; });
  });
  // The back button of the phone goes one step of a request back, not out of it with all that was said.
  var BACK = { complaint: "complaint", doctor: "other_doctor", time: "schedule", files: "files" };
  function step() {
    var form = document.getElementById("form-consultation"), name = form && form.elements.step.value;
    return name === "schedule" ? (form.elements.shown ? "time" : "doctor") : name;
  }
  function remember(how) { history[how]({ step: step() }, ""); }
  if (step()) { remember("replaceState"); }
  document.addEventListener("htmx:afterSwap", function () {
    if (step() && history.state && history.state.step !== step()) { remember("pushState"); }
  });
  window.addEventListener("popstate", function (event) {
    var go = step() && event.state && BACK[event.state.step];
    if (!go || event.state.step === step()) { return; }
    window.htmx.trigger("#form-consultation", "htmx:abort"); // an upload that is under way
    window.htmx.ajax("POST", document.getElementById("form-consultation").action, {
      source: "#form-consultation", target: "#wizard", swap: "outerHTML show:window:top", values: { go: go }, event: event
    });
  });
})();

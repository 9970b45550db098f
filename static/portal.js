/* The little that pages cannot say in HTML: a lost connection, a chosen file, Enter, focus after a refusal. */
(function () {
  "use strict";
  var lost = false;
  function note(back) {
    var box = document.getElementById("connection");
    if (!box) { return; }
    var text = box.querySelector("[data-lost]");
    text.textContent = back ? text.dataset.back : text.dataset.lost;
    box.classList.toggle("ok", back);
    box.classList.toggle("warn", !back);
    box.hidden = false;
    if (back) { setTimeout(function () { if (!lost) { box.hidden = true; } }, 8000); }
  }
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { lost = true; note(false); });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (lost && event.detail.successful) { lost = false; note(true); }
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var list = document.getElementById("conversation"), seen = {};
    if (list) {  // the same message by two answers: the first stays
      list.querySelectorAll("li[id]").forEach(function (item) {
        if (seen[item.id]) { item.remove(); } else { seen[item.id] = true; }
      });
    }
    var errors = document.getElementById("form-errors");
    if (errors && event.target && event.target.contains(errors)) { errors.focus(); }
    if (event.target && event.target.id === "composer") { event.target.querySelector("textarea").focus(); }
  });
  document.addEventListener("change", function (event) {
    if (event.target.id === "file") {
      var picked = document.getElementById("picked");
      if (picked) { picked.textContent = event.target.files.length ? event.target.files[0].name : ""; }
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.closest(".composer") &&
        event.target.id === "body" && matchMedia("(hover: hover)").matches) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
})();

/* Keys of the walk through the inbox; its links and buttons do the same without them. */
(function () {
  "use strict";
  var doc = document, form = doc.querySelector("[data-review]");
  if (!form) { return; }
  doc.addEventListener("keydown", function (event) {
    var at = event.target, typing = at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented || typing
      || doc.querySelector("dialog[open]")) { return; }
    if (event.key === "Enter" && at.closest("a, button, summary")) { return; } // its own
    var target = event.key === "r" ? doc.getElementById("review-reason") : event.key === "?"
      ? doc.querySelector("[data-keys]") : form.querySelector("[data-key='" + CSS.escape(event.key) + "']");
    if (!target) { return; }
    event.preventDefault();
    if (event.key === "r") { target.focus(); } else if (event.key === "?") { target.open = !target.open; } else { target.click(); }
  });
}());

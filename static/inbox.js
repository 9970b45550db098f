/* A row of the inbox that was answered goes; the focus goes to the row after it. Without it each answer is a page. */
(function () {
  "use strict";
  var doc = document, after = null;
  function first(row) { return row && row.querySelector(".rw-answers button, .rw-answers a, .rw-answers summary"); }
  doc.addEventListener("htmx:beforeRequest", function (event) {
    var row = event.detail.elt.closest(".rw-inbox > li");
    if (row) { after = { next: row.nextElementSibling, before: row.previousElementSibling, at: Array.from(row.parentNode.children).indexOf(row) }; }
  });
  doc.addEventListener("htmx:afterRequest", function (event) {
    if (!after) { return; }
    var here = after, list = doc.querySelector(".rw-inbox"), status = event.detail.xhr.status;
    after = null;
    if (status === 409 || status === 422) {
      var row = list.children[here.at], field = row && (row.querySelector("details[open] input:not([type=hidden])") || row.querySelector("[role=alert]"));
      if (field) { field.focus(); }
      return;
    }
    if (!event.detail.successful) { window.rawatSending.say(window.rawatSending.word(status ? "again" : "lost")); return; }
    window.rawatSending.say("");
    if (!list.children.length) { location.reload(); return; } // the next page of them, or that nothing waits
    var target = first(here.next && here.next.isConnected ? here.next : here.before), tick = list.querySelector(".action-checkbox");
    if (target) { target.focus(); }
    if (tick) { tick.dispatchEvent(new Event("change", { bubbles: true })); } // the bar counts what is still ticked
  });
}());

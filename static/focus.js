/* Where the keyboard stands: on what a save or a new part of the page says; on the room board, one stop of the Tab key and
   arrows from link to link. Without it every link is a stop. */
(function () {
  "use strict";
  var doc = document;
  function isFree() { return !doc.activeElement || doc.activeElement === doc.body; }
  function onto(choices) { // the first that is shown
    var element = Array.from(choices).filter(function (each) { return each.getClientRects().length; })[0];
    if (!element) { return; }
    if (!element.matches("a[href], button, input, select, textarea, [tabindex]")) { element.setAttribute("tabindex", "-1"); }
    element.focus({ preventScroll: true });
  }

  /* the page after a save begins at what was saved; a field that wants the focus keeps it */
  function begin() {
    var wanted = Array.from(doc.querySelectorAll("[autofocus]")).some(function (field) { return !field.closest("dialog"); });
    if (!wanted && isFree()) { onto(doc.querySelectorAll("main .alert-success, main .alert-danger[role=alert], main .note.flash")); }
  }
  doc.addEventListener("DOMContentLoaded", begin);
  window.addEventListener("load", function () { if (location.hash) { window.setTimeout(begin); } }); // going to a # takes the focus away
  /* a part that somebody asked for took the place of what had the focus */
  doc.addEventListener("htmx:afterSettle", function (event) {
    var request = event.detail.requestConfig, part = event.target;
    if (!isFree() || !request || !request.triggeringEvent || request.headers["X-Poll"] || !part.querySelector) { return; }
    onto(Array.from(part.querySelectorAll(".note, .alert, h1, h2, h3")).concat(part));
  });

  function links() { return Array.from(doc.querySelectorAll(".rw-board a[href]")); }
  function stay(link) { links().forEach(function (other) { other.tabIndex = other === link ? 0 : -1; }); }
  function settle() {
    var all = links();
    stay(all.indexOf(doc.activeElement) >= 0 ? doc.activeElement : all[0]);
  }
  function middle(link) {
    var box = link.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2, height: box.height };
  }
  /* the nearest link above or below */
  function nearest(from, down) {
    var at = middle(from), best = null, least = Infinity;
    links().forEach(function (link) {
      var there = middle(link), away = (there.y - at.y) * down, cost = away + 3 * Math.abs(there.x - at.x);
      if (link !== from && away > at.height / 2 && cost < least) { best = link; least = cost; }
    });
    return best;
  }
  doc.addEventListener("keydown", function (event) {
    var from = event.target.closest && event.target.closest(".rw-board a[href]"), all, to;
    if (!from || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) { return; }
    all = links();
    to = { ArrowRight: all[all.indexOf(from) + 1], ArrowLeft: all[all.indexOf(from) - 1], Home: all[0], End: all[all.length - 1] }[event.key];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { to = nearest(from, event.key === "ArrowDown" ? 1 : -1); }
    if (!/^(Arrow|Home$|End$)/.test(event.key)) { return; }
    event.preventDefault();
    if (to) { stay(to); to.focus(); }
  });
  doc.addEventListener("focusin", function (event) {
    var link = event.target.closest && event.target.closest(".rw-board a[href]");
    if (link) { stay(link); }
  });
  doc.addEventListener("DOMContentLoaded", function () {
    var board = doc.querySelector("[data-board]");
    if (!board || !board.querySelector(".rw-board")) { return; }
    settle();
    new MutationObserver(settle).observe(board, { childList: true });
  });
}());

/* Unread messages, notices and what waits: the numbers of an open page follow without a reload. */
(function () {
  "use strict";
  var doc = document, address = doc.body.dataset.counts, EVERY = 20000, last = "";
  if (!address) { return; }
  function show(counts) {
    doc.querySelectorAll("[data-count]").forEach(function (place) {
      var number = counts[place.dataset.count];
      if (number === undefined) { return; }
      place.textContent = "";
      if (!number) { return; }
      var mark = doc.createElement("span");
      mark.className = place.dataset.class;
      mark.textContent = place.dataset.dot === undefined ? number : "";
      if (place.dataset.word) {
        var word = doc.createElement("span");
        word.className = "sr";
        word.textContent = " " + place.dataset.word;
        mark.appendChild(word);
      }
      place.appendChild(mark);
    });
  }
  function ask() {
    if (doc.hidden) { return; }
    fetch(address, { headers: { Accept: "application/json", "X-Poll": "1" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.json() : null;
    }).then(function (counts) {
      var now = JSON.stringify(counts);
      if (!counts || now === last) { return; }
      var changed = last !== "";
      last = now;
      show(counts);
      if (changed) { doc.body.dispatchEvent(new Event("rawat:counts", { bubbles: true })); }
    }).catch(function () { /* the next time */ });
  }
  window.setInterval(ask, EVERY);
  doc.addEventListener("visibilitychange", ask);
}());

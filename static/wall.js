/* The room board on a wall: asks every two seconds, turns its pages by itself, says when the line is lost. */
(function () {
  "use strict";
  var doc = document, main, box, lost, off, tag = "", page = 0, good = new Date(), opened = Date.now(), ended = false;
  var ASK = 2000, TURN = 12000, ANEW = 12 * 3600 * 1000;

  function two(number) { return (number < 10 ? "0" : "") + number; }
  function hour(at) { return two(at.getHours()) + "." + two(at.getMinutes()); }
  function since(at) {
    var today = new Date().toDateString() === at.toDateString();
    return (today ? "" : two(at.getDate()) + "/" + two(at.getMonth() + 1) + " ") + hour(at);
  }

  function flow() { return box.querySelector("[data-wall-flow]"); }
  function pages() {
    var all = flow(), gap = parseFloat(window.getComputedStyle(all).columnGap) || 0;
    var step = all.clientWidth + gap;
    return { step: step, count: Math.max(1, Math.ceil((all.scrollWidth + gap) / step - 0.02)) };
  }
  /* columns that do not fit the screen stand to the right of it: a page is one width further */
  function show() {
    var have = pages();
    if (page >= have.count) { page = 0; }
    flow().scrollLeft = page * have.step;
    doc.querySelector("[data-wall-page]").textContent = have.count > 1 ? (page + 1) + " / " + have.count : "";
  }

  function ask() {
    if (ended) { return; }
    fetch(main.dataset.wall, { cache: "no-store", credentials: "same-origin", headers: { "If-None-Match": tag } }).then(function (answer) {
      if (answer.status === 410 || answer.status === 404) { ended = true; off.hidden = false; lost.hidden = true; box.hidden = true; return; }
      if (answer.redirected || answer.status === 401) { say(lost.querySelector("span").dataset.signedOut); return; }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      good = new Date();
      lost.hidden = true;
      if (Date.now() - opened > ANEW) { window.location.reload(); return; } // new styles and script, while the line is there
      if (answer.status === 204) { return; }
      tag = answer.headers.get("ETag") || "";
      return answer.text().then(function (text) {
        box.replaceChildren.apply(box, Array.from(new DOMParser().parseFromString(text, "text/html").body.childNodes));
        show();
      });
    }).catch(function () { say(lost.querySelector("span").dataset.words); });
  }
  function say(words) {
    lost.hidden = false;
    lost.querySelector("span").textContent = words + " " + since(good);
  }

  doc.addEventListener("DOMContentLoaded", function () {
    main = doc.querySelector("[data-wall]");
    box = doc.querySelector("[data-wall-beds]");
    lost = doc.querySelector("[data-wall-lost]");
    off = doc.querySelector("[data-wall-off]");
    var clock = doc.querySelector("[data-wall-clock]");
    function tick() {
      var day = box.querySelector("[data-day]");
      clock.textContent = (day ? day.dataset.day + " · " : "") + hour(new Date());
    }
    tick(); show();
    window.setInterval(tick, 1000);
    window.setInterval(ask, ASK);
    window.setInterval(function () { page += 1; show(); }, TURN);
    window.addEventListener("resize", show);
  });
}());

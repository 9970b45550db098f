/* How far the demo hospital is; once it is complete the page may be loaded again, when its reader wants. */
(function () {
  "use strict";
  var bar = document.getElementById("filling"), meter = bar.querySelector("progress");
  if (!meter) { return; }
  function over() {
    var link = document.createElement("a");
    link.href = location.href;
    link.textContent = bar.dataset.again;
    bar.replaceChildren(bar.dataset.ready + " ", link);
  }
  function look() {
    fetch("/readyz", { cache: "no-store" }).then(function (answer) {
      if (answer.ok) { over(); return; }
      return answer.text().then(function (text) {
        var share = /(\d+) %/.exec(text);
        if (share) { meter.value = Number(share[1]); }
        setTimeout(look, 2000);
      });
    }).catch(function () { setTimeout(look, 2000); });
  }
  setTimeout(look, 2000);
})();

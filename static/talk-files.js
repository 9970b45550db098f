/* Pictures of a conversation looked at closely, and voice notes recorded. Without it a picture opens as a page of its own. */
(function () {
  "use strict";
  var doc = document, LONGEST = 180;
  function word(name) { var box = doc.getElementById("talk-words"); return box ? box.dataset[name] || "" : ""; }
  function make(name, more) { return Object.assign(doc.createElement(name), more || {}); }

  /* a picture over the whole screen: Escape or a press beside it closes, a press on it shows every point */
  function look(link) {
    var box = make("dialog", { className: "look" }), pane = make("div", { className: "pane" }), bar = make("div", { className: "bar" }),
      turn = make("button", { type: "button", title: word("zoom") }), close = make("button", { type: "button", textContent: word("close") }),
      small = link.querySelector("img"), picture = make("img", { src: link.href, alt: small ? small.alt : "" });
    box.setAttribute("aria-label", picture.alt || word("picture"));
    turn.setAttribute("aria-pressed", "false");
    turn.append(picture);
    pane.append(turn);
    if (link.dataset.file) { bar.append(make("a", { href: link.dataset.file, textContent: word("download") })); }
    bar.append(close);
    box.append(bar, pane);
    doc.body.append(box);
    turn.addEventListener("click", function () { turn.setAttribute("aria-pressed", String(box.classList.toggle("near"))); });
    close.addEventListener("click", function () { box.close(); });
    pane.addEventListener("click", function (event) { if (event.target === pane) { box.close(); } });
    box.addEventListener("close", function () { box.remove(); link.focus(); });
    box.showModal();
    close.focus();
  }
  doc.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-look]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || !window.HTMLDialogElement) { return; }
    event.preventDefault();
    look(link);
  });

  /* voice notes */
  var KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"], now = null;
  function kind() {
    return window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia ?
      KINDS.find(function (each) { return window.MediaRecorder.isTypeSupported(each); }) : undefined;
  }
  function parts(form) {
    return { start: form.querySelector("[data-record]"), during: form.querySelector("[data-recording]"),
      after: form.querySelector("[data-recorded]"), time: form.querySelector("[data-time]"), preview: form.querySelector("[data-preview]") };
  }
  function offer() {
    var form = doc.getElementById("composer"), at = form && parts(form);
    if (at && at.start && at.start.hidden && !now && !form.rawatVoice && kind()) { at.start.hidden = false; }
  }
  function tell(form, text) {
    form.querySelectorAll("#body-err").forEach(function (old) { old.remove(); });
    if (!text) { return; }
    var line = make("p", { className: "err", id: "body-err", textContent: text });
    line.setAttribute("role", "alert");
    form.prepend(line);
  }
  function clock(seconds) { return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0"); }
  function forget(form) {
    var at = parts(form);
    if (now) { now.thrown = true; now.stop(); }
    if (at.preview && at.preview.src) { URL.revokeObjectURL(at.preview.src); at.preview.removeAttribute("src"); }
    delete form.rawatVoice;
    at.during.hidden = at.after.hidden = true;
    at.start.hidden = false;
  }
  function record(form) {
    var at = parts(form), type = kind();
    tell(form, "");
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      var recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 24000 }), pieces = [], began = Date.now(), ticking = 0;
      var mine = now = { thrown: false, stop: function () { if (recorder.state !== "inactive") { recorder.stop(); } } };
      function seconds() { return Math.min(LONGEST, Math.round((Date.now() - began) / 1000)); }
      recorder.addEventListener("dataavailable", function (event) { if (event.data.size) { pieces.push(event.data); } });
      recorder.addEventListener("stop", function () {
        window.clearInterval(ticking);
        stream.getTracks().forEach(function (track) { track.stop(); });
        if (now === mine) { now = null; }
        if (mine.thrown) { return; }
        if (!pieces.length) { forget(form); return; } // stopped before anything was heard
        form.rawatVoice = { blob: new Blob(pieces, { type: type.split(";")[0] }), seconds: Math.max(1, mine.length || seconds()) };
        at.preview.src = URL.createObjectURL(form.rawatVoice.blob);
        at.during.hidden = true;
        at.after.hidden = false;
      });
      recorder.start(1000);
      at.start.hidden = true;
      at.time.textContent = "0:00";
      at.during.hidden = false;
      at.during.querySelector("[data-stop]").focus();
      ticking = window.setInterval(function () {
        at.time.textContent = clock(seconds());
        mine.length = seconds();
        if (mine.length >= LONGEST) { tell(form, word("full")); mine.stop(); }
      }, 500);
    }).catch(function (error) { tell(form, word(error && error.name === "NotFoundError" ? "missing" : "denied")); });
  }
  doc.addEventListener("click", function (event) {
    var form = event.target.closest && event.target.closest("#composer");
    if (!form) { return; }
    if (event.target.closest("[data-record]")) { record(form); }
    if (event.target.closest("[data-stop]") && now) { now.stop(); }
    if (event.target.closest("[data-discard]")) { forget(form); }
  });
  // The composer comes anew with each answer.
  new MutationObserver(offer).observe(doc.documentElement, { childList: true, subtree: true });
  window.addEventListener("pagehide", function () { if (now) { now.thrown = true; now.stop(); } });
  if (doc.readyState === "loading") { doc.addEventListener("DOMContentLoaded", offer); } else { offer(); }
}());

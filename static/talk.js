/* The conversation, on both sides: asks for news without pause, sends once however often it tries, shows who types.
   Without it the page still works: a form and a link to look again. */
(function () {
  "use strict";
  var doc = document, timer = 0, pause = 1000, control = null, fails = 0, lost = false, sending = false, typed = 0, quiet = 0, acted = false,
    looked = 0, told = 0, doubt = 0, left = false;
  ["keydown", "pointerdown"].forEach(function (name) { doc.addEventListener(name, function () { acted = true; }, true); });
  function live() { return doc.getElementById("live"); }
  function list() { return doc.getElementById("conversation"); }
  function scroller() { var box = doc.querySelector(".chat-box"); return box && box.scrollHeight > box.clientHeight ? box : null; }

  /* parts: each replaces what has its id; a list adds to another */
  function apply(text) {
    var box = new DOMParser().parseFromString(text, "text/html").body;
    var pane = scroller(), low = !pane || pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80, added = false;
    Array.from(box.children).forEach(function (part) {
      var to = part.dataset.addTo && doc.getElementById(part.dataset.addTo);
      if (to) {
        Array.from(part.children).forEach(function (item) {
          var known = item.id && doc.getElementById(item.id);
          if (!known) { to.appendChild(item); added = true; } else if (known.innerHTML !== item.innerHTML) { known.replaceWith(item); }
        });
        return;
      }
      var old = part.id && doc.getElementById(part.id);
      if (!old) { return; }
      if (part.id === "composer") { keep(old, part); }
      part.removeAttribute("hx-swap-oob");
      old.replaceWith(part);
      if (window.htmx) { window.htmx.process(part); }
    });
    var typing = doc.getElementById("typing");
    if (typing && !typing.hidden) {
      window.clearTimeout(quiet);
      quiet = window.setTimeout(function () { var now = doc.getElementById("typing"); if (now) { now.hidden = true; } }, 6500);
    }
    pane = scroller();
    if (added && low && pane) { pane.scrollTop = pane.scrollHeight; }
  }

  /* what was typed while the last message was on its way stays */
  function keep(old, fresh) {
    var before = old.querySelector("[name=body]"), after = fresh.querySelector("[name=body]");
    if (!before || !after) { return; }
    if (!fresh.querySelector(".err") && before.value !== (old.dataset.sent || "")) { after.value = before.value; }
    if (doc.activeElement === before || sending) { window.setTimeout(function () { after.focus(); }, 0); }
  }

  function connection(back) {
    var box = doc.getElementById("connection");
    if (!box) { return; }
    var words = box.querySelector("[data-lost]");
    words.textContent = back ? words.dataset.back : words.dataset.lost;
    box.classList.toggle("ok", back);
    box.classList.toggle("warn", !back);
    box.hidden = false;
    if (back) { window.setTimeout(function () { if (!lost) { box.hidden = true; } }, 8000); }
  }
  function failed() { fails += 1; if (!lost) { lost = true; connection(false); } }
  function fine() {
    fails = 0;
    if (lost) { lost = false; connection(true); }
    var form = doc.getElementById("composer");
    if (form && form.dataset.waiting) { send(form); } // what could not be sent before
  }
  /* this page's name: what it sends itself comes with the answer, its waiting question need not be woken for it */
  var page = "p" + Array.from(window.crypto.getRandomValues(new Uint32Array(2)), function (part) { return part.toString(36); }).join("").padEnd(4, "0").slice(0, 16);
  function seen() {
    var at = live().dataset;
    if (!doc.hidden) { looked = Number(at.after) || 0; }
    return { after: at.after, have: at.have, open: at.open, seq: at.seq, page: page, looked: looked };
  }
  /* the session is over: to the sign-in, from where it comes back to this page */
  function over(answer) {
    left = true;
    doc.dispatchEvent(new Event("rawat:over"));
    var to = new URL(answer.headers.get("HX-Redirect") || "/login", window.location.href);
    to.searchParams.set("over", "1");
    window.location.assign(to);
  }
  function again(after) { window.clearTimeout(timer); timer = window.setTimeout(ask, after); }

  function ask() {
    var box = live();
    window.clearTimeout(timer);
    if (!box || !box.dataset.news || left) { return; }
    if (control) { control.abort(); }
    var mine = control = new AbortController(), query = new URLSearchParams(seen()), began = Date.now(), away = doc.hidden;
    var limit = window.setTimeout(function () { mine.abort("late"); }, 70000);
    // After a failure the answer comes at once, news or not: what was typed waits for it to be sent again.
    // What was looked at is said at once, and after a wait without news the session is asked for: a request that waits meets neither.
    var news = Number(query.get("looked")) > told, waits = !away && !lost && !news && !doubt;
    if (waits) { query.set("wait", "1"); }
    if (news) { told = Number(query.get("looked")); }
    var headers = { "HX-Request": "true" };
    if (acted) { acted = false; } else { headers["X-Poll"] = "1"; } // asking alone keeps no session alive
    fetch(box.dataset.news + "?" + query, { headers: headers, cache: "no-store", signal: mine.signal })
      .then(function (answer) {
        if (answer.status === 401) { over(answer); throw "over"; }
        pause = 1000 * (Number(answer.headers.get("X-Ask-After")) || 1);
        if (answer.redirected || answer.status === 403 || answer.status === 404) { // somebody else is signed in now
          left = true;
          window.location.reload();
          throw "over";
        }
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text().then(function (text) {
          if (!text && answer.headers.get("X-Seq")) { live().dataset.seq = answer.headers.get("X-Seq"); }
          return text;
        });
      })
      .then(function (text) {
        if (mine !== control) { return; }
        if (text) { apply(text); }
        fine();
        doubt = waits && !text ? 1 : Math.max(0, doubt - 1);
        again(doubt > 1 ? 1000 : !waits && !away && pause === 1000 ? 100 : away ? 15000 : text && pause === 1000 ? 100 : Math.max(100, pause - (Date.now() - began)));
      })
      .catch(function (error) {
        if (mine !== control || error === "over") { return; }
        told = 0;
        failed();
        again(Math.min(8000, 500 * Math.pow(2, fails)));
      })
      .finally(function () { window.clearTimeout(limit); });
  }

  /* an answer without a form of its own (too large, too often): its sentence at the form, what was typed stays */
  function tell(form, text) {
    var line = form.insertBefore(doc.createElement("p"), form.firstChild);
    line.className = "err";
    line.id = "body-err";
    line.setAttribute("role", "alert");
    line.textContent = window.rawatSending.words(text);
  }

  function send(form) {
    var told = form.querySelector("#body-err"), body = form.querySelector("[name=body]"), file = form.querySelector("[name=file]");
    var voice = form.rawatVoice;
    if (sending || (!body.value.trim() && !voice && !(file && file.files.length))) { return; }
    sending = true;
    if (told) { told.remove(); }
    form.dataset.sent = body.value;
    var data = new FormData(form), at = seen();
    Object.keys(at).forEach(function (name) { data.set(name, at[name]); });
    if (voice) {
      data.set("file", voice.blob, "voice");
      data.set("voice_seconds", String(voice.seconds));
    }
    fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } })
      .then(function (answer) {
        if (answer.status === 401) { over(answer); throw "over"; }
        pause = 1000 * (Number(answer.headers.get("X-Ask-After")) || 1);
        if (answer.redirected || answer.status === 403 || answer.status === 404) { window.location.reload(); throw "over"; }
        if (answer.status > 500) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (text) {
        delete form.dataset.waiting;
        if (text.indexOf('id="composer"') < 0) { tell(form, text); } else { apply(text); }
        sending = false;
        fine();
      })
      .catch(function (error) { sending = false; if (error === "over") { return; } form.dataset.waiting = "1"; failed(); again(1000); });
  }

  doc.addEventListener("submit", function (event) {
    if (event.target.id === "composer" && live()) { event.preventDefault(); send(event.target); }
  });
  doc.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("#composer");
    if (!form) { return; }
    if (event.target.name !== "body" || !event.target.value || Date.now() - typed < 3000) { return; }
    var box = live();
    if (!box || !box.dataset.typing || lost) { return; }
    typed = Date.now();
    var data = new FormData();
    data.set("csrf_token", form.querySelector("[name=csrf_token]").value);
    fetch(box.dataset.typing, { method: "POST", body: data, headers: { "HX-Request": "true" } }).catch(function () { });
  });
  doc.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.name === "body" &&
        event.target.closest("#composer") && window.matchMedia("(hover: hover)").matches) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  doc.addEventListener("change", function (event) {
    if (event.target.type === "file" && event.target.closest("#composer")) {
      var picked = doc.getElementById("picked");
      if (picked) { picked.textContent = event.target.files.length ? event.target.files[0].name : ""; }
    }
  });
  doc.addEventListener("visibilitychange", function () { if (!doc.hidden) { ask(); } });
  window.addEventListener("online", ask);
  window.addEventListener("storage", function (event) { if (event.key === "rawat-out") { doubt = 6; again(300); } });
  function begin() {
    var pane = scroller();
    if (pane) { pane.scrollTop = pane.scrollHeight; }
    if (live()) { told = doc.hidden ? 0 : Number(live().dataset.after) || 0; again(50); }
  }
  if (doc.readyState === "loading") { doc.addEventListener("DOMContentLoaded", begin); } else { begin(); }
}());

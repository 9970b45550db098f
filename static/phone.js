/* What a phone keeps while there is no line: shown on its page, sent once when the line is back, and what the server did
   not take is said. Forms with data-phone are kept so; the worker (sw.js) does the keeping. */
(function () {
  "use strict";
  var doc = document, person = doc.body.dataset.person || "", store = window.RawatPhone, box = doc.getElementById("phone-kept"),
    EVERY = 20000, SHOWN = 10000, busy = false, told = { number: 0, until: 0 }, worker = navigator.serviceWorker, offer = null;
  if (!person || !store || !window.indexedDB) { return; }
  function words(name) { return box ? box.dataset[name] || "" : ""; }
  if (worker && doc.body.dataset.worker) { worker.register(doc.body.dataset.worker, { scope: "/admin/" }).catch(function () { /* without it a line is needed, as before */ }); }
  store.forget(person).catch(function () { /* none are kept */ });

  /* ---------------------------------------------------------------- a form goes out with a key of its own */
  function hidden(form, name, value) {
    var field = form.querySelector('input[type=hidden][name="' + name + '"]') || form.appendChild(doc.createElement("input"));
    field.type = "hidden";
    field.name = name;
    field.value = value;
  }
  function key() { return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), function (part) { return part.toString(16).padStart(2, "0"); }).join(""); }
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-phone") || event.defaultPrevented) { return; }
    hidden(form, "_key", key());
    hidden(form, "_for", person);
    hidden(form, "_back", form.dataset.phoneBack || window.location.pathname + window.location.search);
    hidden(form, "_said", [form.dataset.phone || doc.title].concat(Array.from(form.querySelectorAll("input:not([type=hidden]):not([type=checkbox])")).filter(function (each) {
      return each.name && !each.disabled && each.value && each.value !== each.defaultValue;
    }).map(function (each) { return each.value; })).join(" · ").slice(0, 120));
  }, true);

  /* ---------------------------------------------------------------- a sign-out leaves nothing of this person here */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (!/\/logout$/.test(form.action || "") || form.dataset.emptied) { return; }
    event.preventDefault();
    if (!navigator.onLine) { // the server would not know of it
      store.forget("").catch(function () { /* none are kept */ });
      window.rawatSending.say(window.rawatSending.word("lost"));
      return;
    }
    store.of(person).then(function (rows) {
      if (rows.length && !window.confirm(words("leave").replace("{}", rows.length))) { return null; }
      return store.empty(person).then(function () { form.dataset.emptied = "1"; form.requestSubmit(); });
    }).catch(function () { form.dataset.emptied = "1"; form.requestSubmit(); });
  });

  /* ---------------------------------------------------------------- sending what waits */
  function refusal(text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var said = page.querySelector("main .alert-danger[role=alert]:not([hidden]), main .invalid-feedback") || page.querySelector("main h1 + p");
    return (said ? said.textContent.trim().replace(/\s+/g, " ") : words("refused")) || words("refused");
  }
  function isWaiting(row) { return !row.refused && !row.isCode; }
  function one(row) {
    var sent = new URLSearchParams(row.body), token = doc.querySelector("input[name=csrf_token]");
    sent.set("csrf_token", token ? token.value : "");
    return fetch(row.path, { method: "POST", body: sent, redirect: "manual", headers: { "X-Kept": "1" } }).then(function (answer) {
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 429 || answer.status >= 500) { return "wait"; } // signed out, or later
      if (answer.ok) { return store.drop(row.key).then(function () { return "sent"; }); }
      return answer.text().then(function (text) { row.refused = refusal(text); return store.put(row); }).then(function () { return "refused"; });
    });
  }
  function all() {
    if (busy) { return Promise.resolve(); }
    busy = true;
    var number = 0;
    return store.of(person).then(function (rows) {
      return rows.filter(isWaiting).reduce(function (before, row) {
        return before.then(function (going) {
          return going && one(row).then(function (became) { number += became === "sent" ? 1 : 0; return became !== "wait"; });
        });
      }, Promise.resolve(true));
    }).catch(function () { /* no line yet */ }).then(function () {
      busy = false;
      return show(number);
    }).then(function () {
      if (number && doc.querySelector("[data-phone-anew]") && !isTyped()) { window.location.reload(); return; }
      if (!doc.body.dataset.copy || !navigator.onLine) { return; }
      return fetch("/phone-shell", { method: "HEAD", cache: "no-store" }).then(function (answer) { // the server is there: the page as it is now
        if (answer.ok && !isTyped()) { window.location.reload(); }
      }).catch(function () { /* not yet */ });
    });
  }
  function isTyped() {
    return Array.from(doc.querySelectorAll("form[data-phone] input:not([type=hidden])")).some(function (each) {
      return !each.disabled && (each.value !== each.defaultValue || each.checked !== each.defaultChecked);
    });
  }
  function exclusive() { // two pages of this browser send nothing at the same time
    if (!navigator.locks) { all(); return; }
    navigator.locks.request("rawat-kept", { ifAvailable: true }, function (lock) { return lock ? all() : null; });
  }

  /* ---------------------------------------------------------------- what waits, on the page */
  function element(name, text, kind) {
    var made = doc.createElement(name);
    made.textContent = text;
    if (kind) { made.className = kind; }
    return made;
  }
  function show(number) {
    if (number) { told = { number: number, until: Date.now() + SHOWN }; window.setTimeout(function () { show(0); }, SHOWN + 100); }
    number = Date.now() < told.until ? told.number : 0;
    return store.of(person).then(function (rows) {
      if (!box) { return; }
      var list = box.querySelector("ul"), waiting = rows.filter(isWaiting).length, codes = rows.some(function (row) { return row.isCode; });
      box.hidden = !rows.length && !number;
      box.querySelector("[data-phone-said]").textContent = waiting ? words("waits").replace("{}", waiting) : number ? words("sent").replace("{}", number) : codes ? words("codes") : "";
      list.textContent = "";
      rows.forEach(function (row) {
        var line = element("li", ""), when = new Date(row.at).toLocaleTimeString(doc.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
        if (row.isCode) {
          var look = line.appendChild(element("a", row.said));
          look.href = "/admin/scan/?" + row.body;
          list.appendChild(line);
          return;
        }
        line.appendChild(element("b", row.said + " · " + when));
        if (row.refused) {
          line.appendChild(element("span", " " + row.refused + " "));
          var drop = element("button", words("drop"), "btn btn-sm");
          drop.type = "button";
          drop.addEventListener("click", function () { store.drop(row.key).then(function () { show(0); }); });
          line.appendChild(drop);
        }
        list.appendChild(line);
      });
      box.classList.toggle("alert-danger", rows.some(function (row) { return row.refused; }));
      box.classList.toggle("alert-success", !rows.length && number > 0);
      mark(rows.filter(isWaiting));
    });
  }
  /* the form of what waits says so, and cannot be sent twice; figures of a list stand in their places */
  function mark(rows) {
    doc.querySelectorAll("form[data-phone]").forEach(function (form) {
      var mine = rows.filter(function (row) { return row.path === new URL(form.action, window.location.href).pathname; }).map(function (row) { return new URLSearchParams(row.body); });
      var line = form.elements.namedItem("line"), isList = form.hasAttribute("data-count-rows");
      if (isList) { mine.forEach(function (sent) { figures(form, sent); }); return; }
      if (!mine.some(function (sent) { return !line || sent.get("line") === line.value; }) || form.querySelector("[data-phone-waits]") || form.dataset.phoneMany !== undefined) { return; }
      form.querySelectorAll("button, input:not([type=hidden])").forEach(function (each) { each.disabled = true; });
      var said = element("p", words("here"), "muted");
      said.dataset.phoneWaits = "";
      form.appendChild(said);
    });
  }
  function figures(form, sent) {
    form.querySelectorAll("input.num").forEach(function (each) {
      var text = sent.get(each.name) || (each.name.indexOf("q") === 0 && sent.get("line") === each.name.slice(1).split("-")[0] ? sent.get("q" + each.name.split("-")[1]) : "");
      if (!text || each.disabled) { return; }
      each.value = each.defaultValue = text;
      each.disabled = true; // it is on its way, not to be sent again
      each.title = words("here");
    });
  }
  var board = doc.querySelector("[data-board]");
  if (board) { new MutationObserver(function () { show(0); }).observe(board, { childList: true }); }

  /* ---------------------------------------------------------------- the app on the phone's home screen */
  window.addEventListener("beforeinstallprompt", function (event) {
    event.preventDefault();
    offer = event;
    doc.querySelectorAll("[data-install]").forEach(function (button) { button.hidden = false; });
  });
  doc.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("[data-install]") || !offer) { return; }
    offer.prompt();
    offer = null;
    doc.querySelectorAll("[data-install]").forEach(function (button) { button.hidden = true; });
  });
  window.addEventListener("online", exclusive);
  window.setInterval(function () {
    store.of(person).then(function (rows) { if (navigator.onLine && rows.some(isWaiting)) { exclusive(); } });
  }, EVERY);
  /* the page as it was seen last; a code that was asked without a line is asked later */
  function scanned() {
    var code = new URLSearchParams(window.location.search).get("code"), copy = doc.body.dataset.copy;
    if (copy && !board && window.rawatSending) { window.rawatSending.say(words("copy").replace("{}", new Date(Number(copy)).toLocaleTimeString(doc.documentElement.lang, { hour: "2-digit", minute: "2-digit" }))); }
    if (!code || window.location.pathname !== "/admin/scan/") { return Promise.resolve(); }
    var name = "code-" + person + "-" + code;
    return copy ? store.put({ key: name, person: person, path: "/admin/scan/", body: new URLSearchParams({ code: code }).toString(), said: code, at: Date.now(), refused: "", isCode: true }) : store.drop(name);
  }
  scanned().catch(function () { /* no room */ }).then(function () { return show(0); }).then(exclusive);
}());

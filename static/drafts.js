/* Nothing typed is lost. What is typed in a form of the page is kept on the server when the typing rests, for this person
   alone; when the form comes again, a sentence above the page offers it. A form with data-draft is filled in at once, and
   so is whatever was typed when the session ended. What the server could not take stays with this tab until it can.
   A form is known by its address; data-about names the record, data-form the form, data-draft both says and fills in;
   data-undrafted leaves a form out. Passwords, codes, files and the number of a person are never kept. */
(function () {
  "use strict";
  var doc = document, REST = 2000, AGAIN = 15000, HERE = "rawat-typed", out = false, person = doc.body.dataset.person || "",
    CHOICE = /^(checkbox|radio)$/, UNTYPED = /^(hidden|password|file|submit|button|reset|image|fieldset|output)$/,
    NEVER = /(^|[-_])(nik|password|secret|token|otp|pin|csrf)([-_]|$)/, states = new WeakMap(), page = location.pathname + location.search;
  var NOUNS = { consultations: "consultation", people: "patient" }; // the portal's words for tables

  /* ---------------------------------------------------------------- which forms, and what each is called */
  function word(text) { return text.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40) || "page"; }
  function key(form) {
    if (form.rawatKey) { return form.rawatKey; }
    var to = new URL(form.getAttribute("action") || location.href, location.href);
    var parts = to.pathname.split("/").filter(function (part) { return part && part !== "admin"; });
    var place = parts.findIndex(function (part) { return /^\d{1,18}$/.test(part); }), id = to.searchParams.get("id");
    var noun = place > 0 ? parts[place - 1] : id && /^\d{1,18}$/.test(id) ? parts[0] : "";
    noun = NOUNS[noun] || noun;
    var about = noun ? word(noun) + ":" + (place > 0 ? parts[place] : id) : word(parts[0] || "page");
    var rest = place > 0 ? parts.slice(place + 1) : parts.slice(1);
    var name = word(rest.join("_") || parts.join("_")), same = Array.from(doc.querySelectorAll("main form[method=post]")).filter(function (each) {
      return each.getAttribute("action") === form.getAttribute("action");
    }).indexOf(form); // several forms of a page may go to one address
    form.rawatKey = [form.dataset.about || about, form.dataset.draft || form.dataset.form || name.slice(0, 36) + (same > 0 ? "_" + (same + 1) : "")];
    return form.rawatKey;
  }
  function fields(form) {
    return Array.from(form.elements).filter(function (each) {
      return each.name && !UNTYPED.test(each.type) && !each.readOnly && !each.disabled && !NEVER.test(each.name) && !/one-time|password/.test(each.autocomplete || "");
    });
  }
  function isKept(form) {
    if (!form || !person || form.method !== "post" || form.hasAttribute("data-undrafted") || !form.closest("main")) { return false; }
    return Boolean(form.dataset.draft) || !form.querySelector("input[type=password], [autocomplete=one-time-code]") &&
      fields(form).some(function (each) { return !CHOICE.test(each.type); });
  }
  /* a form with data-autosave has a draft of its own on the server: of it only the tab keeps, when the session ends */
  function isServed(form) { return isKept(form) && !form.dataset.autosave; }
  function forms() { return Array.from(doc.querySelectorAll("main form")).filter(isKept); }

  /* ---------------------------------------------------------------- what is typed: what differs from what the page brought */
  function brought(each) {
    if (each.tagName !== "SELECT") { return each.defaultValue; }
    var chosen = Array.from(each.options).find(function (option) { return option.defaultSelected; }) || each.options[0];
    return chosen ? chosen.value : "";
  }
  function typed(form) {
    var found = {}, version = form.elements.namedItem("version");
    fields(form).forEach(function (each) {
      if (each.type === "checkbox") {
        if (each.checked !== each.defaultChecked) { found["c-" + each.name + "=" + each.value] = each.checked ? "1" : "0"; }
      } else if (each.type === "radio") {
        if (each.checked && !each.defaultChecked) { found["f-" + each.name] = each.value; }
      } else if (each.value !== brought(each)) {
        found["f-" + each.name] = each.value;
        if (each.dataset.lookup && each.selectedOptions[0]) { found["t-" + each.name] = each.selectedOptions[0].text; }
      }
    });
    if (version && Object.keys(found).length) { found["v-version"] = version.value; }
    return found;
  }
  function state(form) {
    if (!states.has(form)) { states.set(form, { said: "{}", timer: 0, touched: false, running: false, failed: false, sent: false, before: null }); }
    return states.get(form);
  }
  /* with what an offer that nobody answered yet still holds */
  function whole(form) { return Object.assign({}, state(form).before, typed(form)); }
  function isDirty(form) { var now = state(form); return isServed(form) && now.touched && !now.sent && JSON.stringify(whole(form)) !== now.said; }
  function body(about, name, found) {
    var sent = new URLSearchParams(found), token = doc.querySelector("input[name=csrf_token]");
    sent.set("csrf_token", token ? token.value : "");
    sent.set("about", about);
    sent.set("form", name);
    return sent;
  }

  /* ---------------------------------------------------------------- to the server */
  function post(about, name, found, leaving, signal) {
    return fetch("/drafts", { method: "POST", body: body(about, name, found), keepalive: Boolean(leaving), signal: signal }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
    });
  }
  function save(form, leaving) {
    var now = state(form), text = JSON.stringify(whole(form));
    window.clearTimeout(now.timer);
    if (!isServed(form) || now.sent || text === now.said || now.running && !leaving) { return; } // on a slow line one at a time; the newest goes next
    now.running = true;
    now.stop = new AbortController();
    post(key(form)[0], key(form)[1], whole(form), leaving, now.stop.signal).then(function () {
      now.said = text;
      now.failed = false;
    }, function () { now.failed = true; }).then(function () {
      now.running = false;
      if (!isDirty(form)) { if (!now.failed) { unremember(form); } return; }
      now.timer = window.setTimeout(function () { save(form); }, now.failed ? AGAIN : REST);
    });
  }
  function touched(event) {
    var form = event.target.form || event.target.closest && event.target.closest("form");
    if (!isServed(form)) { return; }
    var now = state(form);
    now.touched = true;
    out = false;
    if (form.id === "composer") { now.sent = false; } // it stays on its page, and is written on
    window.clearTimeout(now.timer);
    now.timer = window.setTimeout(function () { save(form); }, REST);
  }
  ["input", "change"].forEach(function (name) { doc.addEventListener(name, touched); });
  doc.addEventListener("click", function (event) {
    var line = event.target.closest && event.target.closest("[data-remove-line], [data-undo-line]");
    if (line && line.closest("form")) { touched({ target: line.closest("form") }); }
  });
  window.addEventListener("online", function () { forms().forEach(function (form) { save(form); }); });
  doc.addEventListener("visibilitychange", function () { if (doc.hidden) { forms().forEach(function (form) { save(form, true); }); } });

  /* ---------------------------------------------------------------- with this tab: what the server does not have (yet) */
  function held() {
    try {
      var kept = JSON.parse(sessionStorage.getItem(HERE));
      return kept && kept.person === person ? kept.forms : {};
    } catch (none) { return {}; }
  }
  function hold(entries) {
    try {
      if (Object.keys(entries).length) { sessionStorage.setItem(HERE, JSON.stringify({ person: person, forms: entries })); } else { sessionStorage.removeItem(HERE); }
    } catch (full) { /* as before */ }
  }
  function remember(form, why) {
    var found = whole(form), entries = held();
    if (!person || !Object.keys(found).length) { return; }
    entries[key(form).join("|")] = { page: page, why: why, at: Date.now(), fields: found };
    hold(entries);
  }
  function unremember(form) {
    var entries = held();
    delete entries[key(form).join("|")];
    hold(entries);
  }
  window.addEventListener("pagehide", function () {
    if (out) { return; }
    forms().forEach(function (form) {
      if (!isDirty(form)) { return; }
      remember(form, "left");
      navigator.sendBeacon("/drafts", body(key(form)[0], key(form)[1], whole(form)));
    });
  });
  window.addEventListener("beforeunload", function (event) { // what goes with the beacon needs no question
    var open = forms().some(function (form) { return isDirty(form) && (state(form).failed || !navigator.onLine); });
    if (open) { event.preventDefault(); }
  });
  doc.addEventListener("rawat:over", function () { forms().forEach(function (form) { remember(form, "sent"); }); });

  /* ---------------------------------------------------------------- sending */
  /* what the phone's worker keeps and sends later */
  function isEntry(form) {
    return form.hasAttribute("data-phone") && Boolean(navigator.serviceWorker && navigator.serviceWorker.controller);
  }
  function saysItself(form) { return isEntry(form) || form.hasAttribute("hx-post") || form.id === "composer"; }
  doc.addEventListener("submit", function (event) {
    var form = event.target, isPost = form.method === "post" && form.closest("main");
    if (/\/logout$/.test(form.action || "")) { // the server keeps it; nothing stays here for who comes next
      forms().forEach(function (each) { if (isDirty(each)) { save(each, true); } });
      hold({});
      out = true;
      return;
    }
    if (isPost && !navigator.onLine && !saysItself(form) && window.rawatSending) {
      event.preventDefault(); // else the browser's own page takes the place of what was typed
      event.stopImmediatePropagation();
      window.rawatSending.say(window.rawatSending.word("lost"));
      window.addEventListener("online", function () { window.rawatSending.say(window.rawatSending.word("back"), true); }, { once: true });
      return;
    }
    forms().forEach(function (each) {
      remember(each, "sent"); // the session may be over
      if (each !== form) { save(each, true); }
    });
    if (!isServed(form)) { return; }
    var now = state(form), mark = form.querySelector("[name=_draft]") || form.appendChild(doc.createElement("input"));
    window.clearTimeout(now.timer);
    if (now.stop) { now.stop.abort(); }
    now.sent = true;
    window.setTimeout(function () { now.sent = false; now.said = ""; }, 20000); // it was stopped, or the line broke
    mark.type = "hidden";
    mark.name = "_draft";
    mark.value = key(form)[1] + "|" + key(form)[0];
  }, true);

  /* ---------------------------------------------------------------- back into the form */
  /* the lines that were typed find a line each: the same place, else a new one */
  function places(form, kept) {
    var moved = {};
    form.querySelectorAll("[data-lines]").forEach(function (box) {
      var name = box.dataset.lines, begins = new RegExp("^f-" + name + "-(\\d+)-"), numbers = {};
      Object.keys(kept).forEach(function (each) { var match = begins.exec(each); if (match) { numbers[match[1]] = true; } });
      Object.keys(numbers).map(Number).sort(function (a, b) { return a - b; }).forEach(function (number) {
        if (doc.getElementById(name + "-" + number)) { return; }
        var row = window.rawatLines.add(box);
        moved[name + "-" + number + "-"] = row.id + "-";
      });
    });
    return moved;
  }
  function renamed(kept) {
    var moved = this, found = {};
    Object.keys(kept).forEach(function (each) {
      var name = each.slice(2), from = Object.keys(moved).find(function (begin) { return name.indexOf(begin) === 0; });
      found[from ? each.slice(0, 2) + moved[from] + name.slice(from.length) : each] = kept[each];
    });
    return found;
  }
  /* fills in; gives whether anything changed. What is typed since the page came stays. */
  function put(form, before) {
    var changed = false, lines = form.querySelector("[data-lines]"), kept = lines ? renamed.call(places(form, before), before) : before;
    function set(each) {
      changed = true;
      if (lines) { ["input", "change"].forEach(function (name) { each.dispatchEvent(new Event(name, { bubbles: true })); }); }
    }
    fields(form).forEach(function (each) {
      var was = each.type === "checkbox" ? kept["c-" + each.name + "=" + each.value] : kept["f-" + each.name], list = each.tomselect;
      if (was === undefined) { return; }
      if (each.type === "checkbox") { if (each.checked === each.defaultChecked && each.checked !== (was === "1")) { each.checked = was === "1"; set(each); } return; }
      if (each.type === "radio") { if (each.value === was && !each.checked) { each.checked = true; set(each); } return; }
      if (each.value !== brought(each) || each.value === was) { return; }
      if (list) {
        if (!was) { list.clear(!lines); changed = true; return; }
        var unit = lines && doc.getElementsByName(each.name.replace(/item$/, "unit"))[0], wanted = unit && kept["f-" + unit.name];
        if (wanted && unit !== each) { unit.dataset.wanted = wanted; } // its choices come with the item
        list.addOption({ id: was, text: kept["t-" + each.name] || was });
        list.addItem(was, !lines);
        changed = true;
        return;
      }
      each.value = was;
      if (each.value === was) { set(each); } else { each.value = brought(each); }
    });
    return changed;
  }
  function differs(form, kept) {
    var now = typed(form);
    return Object.keys(kept).some(function (each) {
      if (!/^[fc]-/.test(each)) { return false; }
      var box = each[0] === "c" && fields(form).find(function (one) { return "c-" + one.name + "=" + one.value === each; });
      var field = each[0] === "f" && form.elements.namedItem(each.slice(2));
      return now[each] !== kept[each] && !(field && field.value === kept[each]) && !(box && box.checked === (kept[each] === "1"));
    });
  }

  /* ---------------------------------------------------------------- when the page comes */
  var begun = doc.getElementById("begun"), offered = [];
  function say() { if (window.rawatSending) { window.rawatSending.say(window.rawatSending.word("kept"), true); } }
  function offer(form, kept) {
    if (!begun || !differs(form, kept.fields)) { return; }
    var version = form.elements.namedItem("version");
    offered.push(form);
    state(form).before = kept.fields;
    state(form).said = JSON.stringify(whole(form));
    begun.querySelector("[data-begun-said]").textContent = begun.dataset.said.replace("{}", kept.said || new Date(kept.at).toLocaleString(doc.documentElement.lang));
    if (version && kept.fields["v-version"] && kept.fields["v-version"] !== version.value) { begun.querySelector("[data-begun-changed]").hidden = false; }
    begun.hidden = false;
  }
  function settle(form) { state(form).before = null; state(form).said = JSON.stringify(typed(form)); }
  if (begun) {
    begun.addEventListener("click", function (event) {
      var takes = event.target.closest("[data-begun-take]");
      if (!takes && !event.target.closest("[data-begun-drop]")) { return; }
      begun.hidden = true;
      offered.splice(0).forEach(function (form) {
        var kept = state(form).before;
        if (takes) { put(form, kept); }
        settle(form);
        if (!takes) { unremember(form); post(key(form)[0], key(form)[1], typed(form)).catch(function () { state(form).said = ""; }); }
        var first = takes && fields(form)[0];
        if (first) { (first.tomselect ? first.tomselect.control_input : first).focus(); }
      });
    });
  }
  function isBack() {
    var how = performance.getEntriesByType("navigation")[0];
    return Boolean(how && /^(back_forward|reload)$/.test(how.type));
  }
  function takeUp() {
    var here = {}, entries = held(), cameIn = /^[^?#]*\/login(\/code)?$/.test((doc.referrer || "").split(/[?#]/)[0]), pending = [], said = false;
    forms().forEach(function (form) { if (!here[key(form).join("|")]) { here[key(form).join("|")] = form; } });
    Object.keys(entries).forEach(function (name) {
      var entry = entries[name], form = here[name], parts = name.split("|");
      if (entry.why === "sent" && !(cameIn && entry.page === page) && !(isBack() && entry.page === page)) { delete entries[name]; return; }
      if (form && cameIn && entry.page === page) {
        said = put(form, entry.fields) || said;
        delete entries[name];
        return;
      }
      if (form && !isServed(form)) { return; }
      pending.push(post(parts[0], parts[1], entry.fields).then(function () { delete entries[name]; }, function () {
        if (form) { offer(form, entry); delete here[name]; }
      }));
    });
    if (said) { say(); }
    Promise.all(pending).then(function () {
      hold(entries);
      var abouts = Array.from(new Set(Object.keys(here).map(function (name) { return name.split("|")[0]; }))).slice(0, 40);
      if (!abouts.length) { return null; }
      var asked = new URLSearchParams();
      abouts.forEach(function (about) { asked.append("about", about); });
      return fetch("/drafts?" + asked, { headers: { Accept: "application/json", "X-Poll": "1" } }).then(function (answer) {
        return answer.ok && !answer.redirected ? answer.json() : [];
      });
    }).then(function (found) {
      var filled = false;
      (found || []).forEach(function (kept) {
        var form = here[kept.about + "|" + kept.form];
        if (!form || !isServed(form)) { return; }
        if (form.dataset.draft) { filled = put(form, kept.fields) || filled; settle(form); } else { offer(form, kept); }
      });
      if (filled) { say(); }
    }).catch(function () { /* without it the page is as it was */ });
  }
  if (person) { window.addEventListener("load", takeUp); }
}());

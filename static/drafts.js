/* What is typed in a form with data-draft is kept on the server a moment after the last key, for this person alone, and
   taken up again when the page comes back, after whatever took it away. data-about names the record. */
(function () {
  "use strict";
  var doc = document, AFTER = 1200, timers = new WeakMap(), running = new WeakMap(), CHOICE = /^(checkbox|radio)$/;
  function fields(form) {
    return Array.from(form.elements).filter(function (each) {
      return each.name && !/^(hidden|password|file|submit|button|fieldset)$/.test(each.type);
    });
  }
  function key(form) { return form.dataset.draft + "|" + form.dataset.about; }
  function typed(form) {
    var found = new URLSearchParams(), token = form.querySelector("[name=csrf_token]");
    found.set("csrf_token", token ? token.value : "");
    found.set("form", form.dataset.draft);
    found.set("about", form.dataset.about);
    fields(form).forEach(function (each) {
      if (CHOICE.test(each.type)) { if (each.checked) { found.set("f-" + each.name, each.value); } return; }
      var plain = each.tagName === "SELECT" ? "" : each.defaultValue;
      if (!each.value || (each.value === plain && each.tagName !== "SELECT")) { return; }
      found.set("f-" + each.name, each.value);
      if (each.dataset.lookup && each.selectedOptions[0]) { found.set("t-" + each.name, each.selectedOptions[0].text); }
    });
    return found;
  }
  function save(form) {
    var stop = new AbortController();
    running.set(form, stop);
    fetch("/drafts", { method: "POST", body: typed(form), signal: stop.signal }).catch(function () { /* the next key tries again */ });
  }
  function stop(form) {
    window.clearTimeout(timers.get(form));
    if (running.get(form)) { running.get(form).abort(); }
  }
  ["input", "change"].forEach(function (name) {
    doc.addEventListener(name, function (event) {
      var form = event.target.form;
      if (!form || !form.dataset.draft) { return; }
      window.clearTimeout(timers.get(form));
      timers.set(form, window.setTimeout(function () { save(form); }, AFTER));
    });
  });
  /* another form of the page is sent: what was typed here in the last second is kept first */
  doc.addEventListener("submit", function (event) {
    doc.querySelectorAll("form[data-draft]").forEach(function (form) {
      if (form !== event.target && timers.get(form)) {
        window.clearTimeout(timers.get(form));
        navigator.sendBeacon("/drafts", typed(form));
      }
    });
    var sent = event.target;
    if (!sent.dataset.draft) { return; }
    stop(sent);
    var mark = sent.querySelector("[name=_draft]") || sent.appendChild(doc.createElement("input"));
    mark.type = "hidden";
    mark.name = "_draft";
    mark.value = key(sent);
  }, true);
  window.addEventListener("pagehide", function () {
    doc.querySelectorAll("form[data-draft]").forEach(function (form) {
      if (timers.get(form) && !form.dataset.sent) { navigator.sendBeacon("/drafts", typed(form)); }
    });
  });
  function put(form, kept) {
    var changed = false;
    fields(form).forEach(function (each) {
      var was = kept["f-" + each.name], list = each.tomselect;
      if (was === undefined) { return; }
      if (CHOICE.test(each.type)) { if (each.value === was && !each.checked) { each.checked = true; changed = true; } return; }
      if (each.tagName !== "SELECT" && each.value !== each.defaultValue) { return; } // what the page brought, or is typed, stays
      if (each.value === was) { return; }
      if (list) {
        list.addOption({ id: was, text: kept["t-" + each.name] || was });
        list.addItem(was, true);
      } else { each.value = was; }
      changed = changed || each.value === was;
    });
    return changed;
  }
  function takeUp() {
    var places = new Set(Array.from(doc.querySelectorAll("form[data-draft]")).map(function (form) { return form.dataset.about; }));
    places.forEach(function (about) {
      fetch("/drafts?about=" + encodeURIComponent(about), { headers: { Accept: "application/json" } }).then(function (answer) {
        return answer.ok && !answer.redirected ? answer.json() : {};
      }).then(function (kept) {
        var changed = false;
        doc.querySelectorAll("form[data-draft]").forEach(function (form) {
          if (form.dataset.about === about && kept[form.dataset.draft]) { changed = put(form, kept[form.dataset.draft]) || changed; }
        });
        if (changed && window.rawatSending) { window.rawatSending.say(window.rawatSending.word("kept"), true); }
      }).catch(function () { /* without it the page is as it was */ });
    });
  }
  window.addEventListener("load", takeUp);
}());

/* What was typed is not lost with the session: this tab keeps it until the same person is back from signing in. */
(function () {
  "use strict";
  var doc = document, KEPT = "rawat-typed", person = doc.body.dataset.person || "", CHOICE = /^(checkbox|radio)$/,
    here = location.pathname + location.search;
  /* forms in the order of the page; one whose lines come and go cannot be filled in again */
  function forms() {
    return Array.from(doc.querySelectorAll("main form[method=post]")).filter(function (form) { return !form.querySelector("[data-lines]"); });
  }
  function fields(form) {
    return Array.from(form.elements).filter(function (each) {
      return each.name && !each.dataset.lookup && !/^(hidden|password|file|submit|button|fieldset)$/.test(each.type);
    });
  }
  function keep() {
    if (!person) { return; }
    var typed = forms().map(function (form) {
      return [form.getAttribute("action"), fields(form).map(function (each) { return [each.name, each.value, each.checked]; })];
    });
    try { sessionStorage.setItem(KEPT, JSON.stringify([person, here, typed])); } catch (full) { /* as before */ }
  }
  /* gives whether anything is not as the page has it */
  function fill(form, typed) {
    var now = fields(form), changed = false;
    typed.forEach(function (was) {
      var found = now.find(function (each) { return each.name === was[0] && (!CHOICE.test(each.type) || each.value === was[1]); });
      if (!found) { return; }
      if (CHOICE.test(found.type)) { changed = changed || found.checked !== was[2]; found.checked = was[2]; return; }
      var before = found.value;
      if (before !== was[1]) { found.value = was[1]; changed = changed || found.value !== before; }
    });
    return changed;
  }
  function putBack() {
    var kept = null, seen = {}, changed = false;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); sessionStorage.removeItem(KEPT); } catch (none) { return; }
    if (!kept || !/^[^?#]*\/login$/.test((doc.referrer || "").split(/[?#]/)[0]) ||
        kept[0] !== person || kept[1] !== here) { return; }
    kept[2].forEach(function (one) { // several forms of a page may go to one address
      var place = seen[one[0]] = (seen[one[0]] || 0) + 1;
      var form = forms().filter(function (each) { return each.getAttribute("action") === one[0]; })[place - 1];
      changed = form && fill(form, one[1]) || changed;
    });
    if (changed) { window.rawatSending.say(window.rawatSending.word("kept"), true); }
  }
  if (person || doc.querySelector("main form")) { putBack(); }
  doc.addEventListener("submit", keep, true);
  doc.addEventListener("rawat:over", keep);
}());

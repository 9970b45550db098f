/* Keys: an element with data-key="n" is pressed by that key, a field is gone to; "g h" are two keys, one after
   the other. Nothing happens while somebody types, nor with Ctrl, Alt or Meta. Two elements with the same key: the one
   in <main> goes first. data-key-word says in the sheet what the key does, else the element's own words. */
(function () {
  "use strict";
  var doc = document, begun = "", ends = 0;
  var TYPED = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable=true], .ts-wrapper, [role=textbox], [role=combobox]";

  function offered() { // what a person could press now
    var open = doc.querySelector("dialog[open]");
    var all = Array.from((open || doc).querySelectorAll("[data-key]")).filter(function (element) {
      return !element.disabled && !element.closest("[hidden], template, [inert]");
    });
    return all.filter(function (element) { return element.closest("main, dialog"); })
      .concat(all.filter(function (element) { return !element.closest("main, dialog"); }));
  }
  function press(element) {
    if (element.matches(TYPED)) { element.focus(); if (element.select) { element.select(); } return; }
    element.click();
  }
  function sheet() {
    var dialog = doc.getElementById("keys"), list = dialog && dialog.querySelector("[data-keys]"), seen = {};
    if (!list || dialog.open) { return; }
    var rows = offered();
    list.textContent = "";
    rows.forEach(function (element) {
      var key = element.dataset.key, words = (element.dataset.keyWord || element.getAttribute("aria-label") || element.textContent).trim().replace(/\s+/g, " ");
      if (seen[key] || !words) { return; }
      seen[key] = true;
      var row = doc.createElement("div"), keys = doc.createElement("dt"), said = doc.createElement("dd");
      key.split(" ").forEach(function (one) { var cap = doc.createElement("kbd"); cap.textContent = one; keys.appendChild(cap); });
      said.textContent = words;
      row.appendChild(keys);
      row.appendChild(said);
      list.appendChild(row);
    });
    dialog.showModal();
  }
  doc.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-keys-open]")) { sheet(); }
    if (event.target.closest && event.target.closest("[data-keys-close]")) { doc.getElementById("keys").close(); }
  });
  doc.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) { return; }
    if (event.target.closest && event.target.closest(TYPED)) { begun = ""; return; }
    // a focused link or button keeps its own Enter and space
    if ((event.key === "Enter" || event.key === " ") && event.target.closest && event.target.closest("a, button, summary, input")) { return; }
    var elements = offered(), now = Date.now();
    var typed = begun && now < ends ? begun + " " + event.key : event.key;
    function called(word) { return elements.filter(function (element) { return element.dataset.key === word; })[0]; }
    var found = called(typed) || (typed !== event.key && called(event.key));
    if (found) { begun = ""; event.preventDefault(); press(found); return; }
    begun = elements.some(function (element) { return element.dataset.key.indexOf(event.key + " ") === 0; }) ? event.key : "";
    ends = now + 1500;
  });
}());

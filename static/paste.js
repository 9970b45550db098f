/* Rows copied from a spreadsheet and pasted into a cell of a document's lines: they fill the rows from there on and
   add new ones. The server says what codes and names mean, all of them in one request; what means nothing stays as
   it was pasted, with a sentence at the cell. One press takes all of it back. lines.js loads it when rows are pasted first. */
(function () {
  "use strict";
  var doc = document;

  /* rows of cells: tabs between them, quotes around a cell that holds a tab, a quote or a break */
  function cells(text) {
    var rows = [[""]], quoted = false, row = rows[0];
    text = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    for (var at = 0; at < text.length; at += 1) {
      var sign = text[at], last = row.length - 1;
      if (quoted) {
        if (sign !== '"') { row[last] += sign; } else if (text[at + 1] === '"') { row[last] += sign; at += 1; } else { quoted = false; }
      } else if (sign === '"' && row[last] === "") { quoted = true; } else if (sign === "\t") { row.push(""); } else if (sign === "\n") { row = [""]; rows.push(row); } else { row[last] += sign; }
    }
    return rows;
  }

  /* the controls of a line in the order of the grid, and what they are called */
  function controls(row) {
    return Array.from(row.querySelectorAll(":scope > .form-group:not(.is-amount), :scope > .rw-line-aside .form-group"), function (group) {
      return group.querySelector("select[name], textarea[name], input[name]:not([type=hidden]), input[readonly]");
    });
  }
  function short(control) { return control && control.name ? control.name.replace(/^.*-/, "") : ""; }
  function head(control) {
    var label = control && control.closest(".form-group").querySelector("label");
    return label ? label.textContent.replace("*", "").trim().toLowerCase() : "";
  }
  function rowsOf(box) { return Array.from(box.querySelectorAll(".inline-field-list > .inline-field:not(.is-removed)")); }

  /* what a control holds, and how to hold it again */
  function kept(control) {
    var list = control.tomselect, state = list ? [list.getValue(), (list.options[list.getValue()] || {}).text || list.wrapper.querySelector(".item") && list.wrapper.querySelector(".item").textContent] : control.type === "checkbox" ? control.checked : control.tagName === "SELECT" ? [control.innerHTML, control.value] : control.value;
    return function () {
      if (list) { choose(control, state[0], state[1]); } else if (control.type === "checkbox") { control.checked = state; } else if (control.tagName === "SELECT") { control.innerHTML = state[0]; control.value = state[1]; } else { control.value = state; }
      complain(control, "");
    };
  }
  function choose(control, value, text) {
    var list = control.tomselect;
    list.clear(true);
    list.clearOptions();
    if (value) { list.addOption({ id: value, text: text || value }); list.addItem(String(value), true); }
  }
  function put(control, cell) {
    if (control.tomselect) { choose(control, cell.value, cell.text); } else if (control.type === "checkbox") { control.checked = Boolean(cell.value); } else {
      if (control.tagName === "SELECT" && cell.message) { control.add(new Option(cell.value, cell.value)); }
      control.value = cell.value;
      if (control.value !== cell.value && cell.message) { cell.message += " (" + cell.value + ")"; } // it can hold days only
    }
    complain(control, cell.message);
  }
  function complain(control, message) {
    var group = control.closest(".form-group"), id = "e-" + control.id, seen = control.tomselect ? control.tomselect.wrapper : control;
    group.querySelectorAll(".invalid-feedback").forEach(function (old) { old.remove(); });
    [seen, control].forEach(function (each) { each.classList.toggle("is-invalid", Boolean(message)); });
    var field = control.tomselect ? control.tomselect.control_input : control;
    if (!message) { field.removeAttribute("aria-invalid"); return; }
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    var note = doc.createElement("div"), list = doc.createElement("ul"), said = doc.createElement("li");
    note.className = "invalid-feedback";
    note.id = id;
    note.dataset.pastedNote = "";
    list.className = "form-text";
    said.textContent = message;
    list.appendChild(said);
    note.appendChild(list);
    group.appendChild(note);
  }
  doc.addEventListener("change", function (event) { // who chooses or types again has looked at it
    var group = event.target.closest && event.target.closest(".inline-field-list .form-group");
    if (group && group.querySelector("[data-pasted-note]")) { complain(event.target.closest(".ts-wrapper") ? event.target.closest(".ts-wrapper").previousElementSibling : event.target, ""); }
  });

  function units(row, found) {
    var control = found && row.querySelector("select[data-units]");
    if (!control) { return; }
    var empty = control.options[0];
    control.length = 0;
    if (!found.options.length && empty) { control.add(empty); }
    found.options.forEach(function (unit) { control.add(new Option(unit.text, unit.id)); });
    if (found.value) { control.value = String(found.value); }
  }

  function fill(box, start, columns, rows, answers) {
    var there = rowsOf(box), from = there.indexOf(start), undo = [], added = [], wrong = 0, beside = 0, touched = [];
    answers.forEach(function (answer, place) {
      var row = there[from + place];
      if (!row) { row = window.rawatLines.add(box); added.push(row); }
      touched.push(row);
      var here = controls(row), unit = row.querySelector("select[data-units]");
      if (unit) { undo.push(kept(unit)); }
      units(row, answer.units);
      answer.cells.forEach(function (cell, at) {
        var control = here[columns[at].at];
        if (!control || control.readOnly) { if (cell.value) { beside += 1; } return; }
        if (control.dataset.units === undefined) { undo.push(kept(control)); }
        if (control.dataset.units === undefined || cell.message) { put(control, cell); } else { complain(control, ""); }
        if (cell.message) { wrong += 1; }
      });
    });
    rows.forEach(function (row) { beside += row.slice(columns.length).filter(Boolean).length; });
    box.pasted = function () {
      undo.reverse().forEach(function (back) { back(); });
      added.forEach(function (row) { row.remove(); });
      after(box, touched.filter(function (row) { return row.isConnected; }));
      start.isConnected && window.rawatLines.toItem(start);
    };
    said(box, touched.length, wrong, beside);
    after(box, touched);
    var look = box.querySelector("[data-pasted-note]");
    if (look) { window.rawatLines.toItem(look.closest(".form-group")); }
  }
  /* sums at once, what the store has of each item one after the other */
  function after(box, rows) {
    window.rawatLines.renumber(box.querySelector(".inline-field-list"));
    box.dispatchEvent(new Event("input", { bubbles: true }));
    if (box.dataset.stock) { rows.reduce(function (before, row) { return before.then(function () { return window.rawatLines.stock(row); }); }, Promise.resolve()); }
  }
  function said(box, lines, wrong, beside) {
    var place = box.querySelector("[data-pasted]");
    place.hidden = !lines;
    place.querySelector("[data-pasted-lines]").textContent = lines;
    [["[data-pasted-wrong]", wrong], ["[data-pasted-beside]", beside]].forEach(function (pair) {
      var part = place.querySelector(pair[0]);
      part.hidden = !pair[1];
      part.querySelector("b").textContent = pair[1];
    });
  }

  /* what lines.js heard of: `text` was pasted at `target` in a line */
  window.rawatPaste = function (target, text) {
    var start = target.closest(".inline-field-list > .inline-field"), box = start.closest("[data-paste]");
    box.typedSince = false;
    var rows = cells(text), here = controls(start), first = here.findIndex(function (control) { return control && control.closest(".form-group").contains(target); });
    var heads = here.map(head), named = rows[0].map(function (cell) { return heads.indexOf(cell.trim().toLowerCase()); });
    var places = named.every(function (place) { return place >= 0; }) ? named : here.map(function (_control, place) { return place; }).slice(Math.max(0, first));
    if (places === named) { rows.shift(); }
    var wide = Math.max.apply(null, rows.map(function (row) { return row.length; }).concat([0])), columns = places.slice(0, wide).map(function (at) { return { at: at, name: short(here[at]) }; });
    var there = rowsOf(box), from = there.indexOf(start);
    if (!rows.length) { return; }
    if (from + rows.length > Number(box.dataset.most)) { window.rawatSending.say(box.dataset.full); return; }
    var asked = { collection: box.dataset.lines, columns: columns.map(function (column) { return column.name; }), rows: rows.map(function (row) { return row.slice(0, columns.length); }), items: rows.map(function (_row, place) { return there[from + place] ? window.rawatLines.typed(there[from + place], "item") : ""; }) };
    fetch(box.dataset.paste, { method: "POST", body: JSON.stringify(asked), headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": box.closest("form").querySelector("[name=csrf_token]").value } })
      .then(function (answer) { if (!answer.ok || answer.redirected) { throw new Error("again"); } return answer.json(); }, function () { throw new Error("lost"); })
      .then(function (found) { window.rawatSending.say(""); fill(box, start, columns, rows, found.rows); })
      .catch(function (wrong) { window.rawatSending.say(window.rawatSending.word(wrong.message) || window.rawatSending.word("again")); });
  };

  function undo(box) {
    if (!box || !box.pasted) { return; }
    var back = box.pasted;
    delete box.pasted;
    said(box, 0, 0, 0);
    back();
  }
  doc.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-undo-paste]")) { undo(event.target.closest("[data-paste]")); }
  });
  doc.addEventListener("input", function (event) { // what was typed since is not thrown away by a key
    var box = event.isTrusted && event.target.closest && event.target.closest("[data-paste]");
    if (box) { box.typedSince = true; }
  });
  doc.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest("[data-paste]");
    if (box && box.pasted && !box.typedSince && (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") { event.preventDefault(); undo(box); }
  });
}());

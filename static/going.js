/* The search box opens pages and actions by name: what fits stands below it, arrow keys choose, Enter goes there. Without
   script they stand on the page of results. */
(function () {
  "use strict";
  var doc = document, box = doc.querySelector("[data-places]"), places = null, list = null, at = -1;
  if (!box) { return; }

  function ask() {
    if (places) { return; }
    places = [];
    fetch(box.dataset.places, { headers: { Accept: "application/json" } })
      .then(function (answer) { if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); } return answer.json(); })
      .then(function (rows) { places = rows; show(); })
      .catch(function () { places = null; }); // it searches as ever
  }
  function fits() {
    var typed = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!typed.length || typed.join("").length < 2) { return []; }
    function early(row) { return (" " + row[1]).indexOf(" " + typed[0]) >= 0 ? 0 : 1; }
    return (places || []).filter(function (row) {
      return typed.every(function (word) { return row[1].indexOf(word) >= 0; });
    }).map(function (row, place) { return [early(row), place, row]; })
      .sort(function (one, other) { return one[0] - other[0] || one[1] - other[1]; }).slice(0, 7).map(function (each) { return each[2]; });
  }
  function close() {
    if (list) { list.hidden = true; }
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }
  function mark(next) {
    var options = list ? list.children : [];
    if (!options.length || list.hidden) { return; }
    if (at >= 0) { options[at].setAttribute("aria-selected", "false"); }
    at = (next + options.length + 1) % (options.length + 1);
    if (at === options.length) { at = -1; box.removeAttribute("aria-activedescendant"); return; }
    options[at].setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", options[at].id);
  }
  function show() {
    var rows = doc.activeElement === box ? fits() : [];
    if (!rows.length) { close(); return; }
    list.textContent = "";
    rows.forEach(function (row, place) {
      var option = doc.createElement("li");
      option.id = "place-" + place;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = row[2];
      option.textContent = row[0];
      list.appendChild(option);
    });
    at = -1;
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }

  list = doc.createElement("ul");
  list.className = "rw-places";
  list.id = "places";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels && box.labels[0] ? box.labels[0].textContent : "");
  box.parentNode.appendChild(list);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "places");
  box.setAttribute("aria-expanded", "false");
  box.addEventListener("focus", ask);
  box.addEventListener("input", show);
  box.addEventListener("blur", function () { window.setTimeout(close, 150); }); // after the press that took the focus
  list.addEventListener("pointerdown", function (event) { event.preventDefault(); });
  list.addEventListener("click", function (event) {
    var option = event.target.closest("[data-address]");
    if (option) { location.assign(option.dataset.address); }
  });
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(at < 0 ? list.children.length - 1 : at - 1); }
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); location.assign(list.children[at].dataset.address); }
  });
}());

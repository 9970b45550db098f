/* The panel's script: progressive only, delegated, no inline handlers. Without it every page still works. */
(function () {
  "use strict";
  var doc = document;
  function closest(event, selector) { return event.target.closest ? event.target.closest(selector) : null; }

  /* choices that are looked up while typing */
  function lookup(select) {
    if (!window.TomSelect || select.tomselect || select.closest("template")) { return; }
    var label = doc.querySelector('label[for="' + select.id + '"]');
    if (label) { select.setAttribute("aria-label", label.textContent.trim()); } // the label goes over to the typing field
    new window.TomSelect(select, {
      valueField: "id", labelField: "text", searchField: [], maxOptions: 30, preload: "focus", create: false,
      dropdownParent: null, loadThrottle: 250, allowEmptyOption: false, plugins: [],
      render: { no_results: function () { return '<div class="no-results">–</div>'; } },
      load: function (query, done) {
        var self = this;
        fetch(select.dataset.lookup + "&query=" + encodeURIComponent(query), { headers: { Accept: "application/json" } })
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .then(function (rows) { self.clearOptions(function (option) { return self.items.indexOf(String(option.id)) >= 0; }); done(rows); })
          .catch(function () { done(); });
      },
      score: function () { return function () { return 1; }; },
      onChange: function (value) { units(select, value); }
    });
  }

  /* the units of measure of a line follow its item */
  function units(select, item) {
    var match = /^(.*-)item$/.exec(select.name || "");
    var target = match && doc.getElementsByName(match[1] + "unit")[0];
    if (!target || !target.dataset.units) { return; }
    if (!item) { target.length = 1; return; }
    fetch(target.dataset.units + "&item=" + encodeURIComponent(item), { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : []; })
      .then(function (rows) {
        target.length = 0;
        rows.forEach(function (row) { target.add(new Option(row.text, row.id)); });
      });
  }

  /* what the store has of a line's item: shown, and warned of, beside the line; never in the way */
  function stock(row) {
    var box = row.closest("[data-stock]");
    function value(name) {
      var field = row.querySelector('[name$="-' + name + '"]');
      return field ? field.value : "";
    }
    var store = box && box.closest("form").elements.namedItem("store");
    var item = value("item");
    var turn = row.dataset.stockTurn = String(Number(row.dataset.stockTurn || 0) + 1);
    function show(text) {
      if (row.dataset.stockTurn !== turn) { return; } // a later question is on its way
      row.querySelectorAll(":scope > .rw-stock, :scope > .rw-note").forEach(function (old) { old.remove(); });
      var fresh = new DOMParser().parseFromString(text, "text/html").body;
      var place = row.querySelector(":scope > .is-del");
      row.classList.toggle("has-stock", fresh.childElementCount > 0);
      Array.from(fresh.children).forEach(function (part) {
        if (part.classList.contains("rw-stock")) { row.insertBefore(part, place); } else { row.appendChild(part); }
      });
    }
    if (!store || !store.value || !item) { show(""); return; }
    fetch(box.dataset.stock + "?" + new URLSearchParams({ store: store.value, item: item, quantity: value("quantity"), unit: value("unit") }))
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; }).then(show).catch(function () { });
  }
  function stocks(target) {
    var row = target.closest("[data-stock] .inline-field-list > .inline-field");
    if (row) { stock(row); return; }
    if (target.name === "store" && target.form) { target.form.querySelectorAll("[data-stock] .inline-field-list > .inline-field").forEach(stock); }
  }
  doc.addEventListener("change", function (event) { if (event.target.name) { stocks(event.target); } });
  var typing;
  doc.addEventListener("input", function (event) {
    if (!closest(event, "[data-stock] .is-qty")) { return; }
    window.clearTimeout(typing);
    typing = window.setTimeout(function () { stocks(event.target); }, 250);
  });

  /* lines: add, remove, number */
  function renumber(list) {
    var place = 0;
    list.querySelectorAll(":scope > .inline-field").forEach(function (row) {
      if (!row.classList.contains("is-removed")) { place += 1; row.querySelector(".rw-nr").textContent = place; }
    });
  }
  function freePlace(box) { // after every line of the page: a form that came back keeps the places it was sent with
    var places = Array.from(box.querySelectorAll(".inline-field-list > .inline-field"), function (row) {
      return Number(row.id.slice(row.id.lastIndexOf("-") + 1));
    });
    return Math.max.apply(null, [-1].concat(places)) + 1;
  }
  function addLine(box) {
    var pattern = box.querySelector("template[data-line-pattern]");
    var list = box.querySelector(".inline-field-list");
    var holder = doc.createElement("div");
    holder.innerHTML = pattern.innerHTML.replace(/__n__/g, String(freePlace(box)));
    var row = holder.firstElementChild;
    list.appendChild(row);
    row.querySelectorAll("select[data-lookup]").forEach(lookup);
    renumber(list);
    return row;
  }

  doc.addEventListener("click", function (event) {
    var button = closest(event, "[data-add-line]");
    if (button) {
      var added = addLine(button.closest("[data-lines]"));
      var first = added.querySelector("input:not([type=hidden]), select");
      if (first) { first.focus(); }
      return;
    }
    button = closest(event, "[data-remove-line]");
    if (button) {
      var row = button.closest(".inline-field");
      var list = row.parentNode;
      row.remove();
      renumber(list);
      return;
    }
    button = closest(event, "[data-menu]");
    if (button) {
      var side = doc.getElementById("menu");
      var open = side.classList.toggle("show");
      button.setAttribute("aria-expanded", String(open));
      if (open) { var link = side.querySelector("a"); if (link) { link.focus(); } }
      return;
    }
    var shown = doc.querySelector(".rw-side.show");
    if (shown && !closest(event, ".rw-side")) {
      shown.classList.remove("show");
      doc.querySelector("[data-menu]").setAttribute("aria-expanded", "false");
    }
    doc.querySelectorAll("details.rw-menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });
  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    doc.querySelectorAll("details.rw-menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    var shown = doc.querySelector(".rw-side.show");
    if (shown) { shown.classList.remove("show"); doc.querySelector("[data-menu]").focus(); }
  });

  /* ticked rows */
  function ticked() {
    var bar = doc.querySelector("[data-bulk]");
    if (!bar) { return; }
    var number = 0;
    doc.querySelectorAll(".action-checkbox").forEach(function (box) {
      box.closest("tr").classList.toggle("is-selected", box.checked);
      if (box.checked) { number += 1; }
    });
    bar.hidden = number === 0;
    var words = bar.querySelector("[data-bulk-count]");
    if (!words.dataset.words) { words.dataset.words = words.textContent; }
    words.textContent = words.dataset.words + " " + number;
  }
  doc.addEventListener("change", function (event) {
    if (closest(event, ".action-rowtoggle")) {
      doc.querySelectorAll(".action-checkbox").forEach(function (box) { box.checked = event.target.checked; });
      ticked();
    } else if (closest(event, ".action-checkbox")) {
      ticked();
    } else if (closest(event, ".rw-del input")) {
      var row = event.target.closest(".inline-field");
      row.classList.toggle("is-removed", event.target.checked);
      renumber(row.parentNode);
    }
  });

  /* the conversation refreshes itself while the page is looked at */
  function refresh() {
    var talk = doc.getElementById("messages");
    if (!talk || doc.hidden) { return; }
    fetch(talk.dataset.messages, { headers: { "HX-Request": "true" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
      .then(function (text) {
        if (!text) { return; }
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("messages");
        if (fresh && fresh.innerHTML !== talk.innerHTML) { talk.replaceChildren.apply(talk, Array.from(fresh.childNodes)); talk.scrollTop = talk.scrollHeight; }
      }).catch(function () { });
  }

  /* the room board asks every two seconds whether a bed changed; what has the focus keeps it */
  var boardTag = "";
  function board() {
    var box = doc.querySelector("[data-board]");
    if (!box || doc.hidden) { return; }
    var lost = doc.querySelector("[data-board-lost]");
    fetch(box.dataset.board, { cache: "no-store", headers: { "If-None-Match": boardTag } }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
      lost.hidden = true;
      if (answer.status === 204) { return; }
      boardTag = answer.headers.get("ETag") || "";
      return answer.text().then(function (text) {
        var focused = box.contains(doc.activeElement) ? doc.activeElement.getAttribute("href") : "";
        box.replaceChildren.apply(box, Array.from(new DOMParser().parseFromString(text, "text/html").body.childNodes));
        var again = focused && box.querySelector('a[href="' + focused + '"]');
        if (again) { again.focus({ preventScroll: true }); }
      });
    }).catch(function () { lost.hidden = false; });
  }

  /* a form is sent once; empty filters stay out of the address */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-once")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
    }
    if (form.hasAttribute("data-skip-empty")) {
      form.querySelectorAll("input, select").forEach(function (field) { if (!field.value) { field.disabled = true; } });
    }
  });
  window.addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-once]").forEach(function (form) { delete form.dataset.sent; });
  });

  doc.addEventListener("DOMContentLoaded", function () {
    doc.querySelectorAll("[data-lines]").forEach(function (box) {
      var list = box.querySelector(".inline-field-list");
      list.querySelectorAll(".inline-field.is-spare").forEach(function (row, place) { if (place > 0 || list.querySelector(".inline-field:not(.is-spare)")) { row.remove(); } });
      box.querySelector("[data-add-line]").hidden = false;
      renumber(list);
    });
    doc.querySelectorAll("select[data-lookup]").forEach(lookup);
    doc.querySelectorAll("[data-stock] .inline-field-list > .inline-field").forEach(stock);
    var talk = doc.getElementById("messages");
    if (talk) { talk.scrollTop = talk.scrollHeight; window.setInterval(refresh, 4000); }
    if (doc.querySelector("[data-board]")) { window.setInterval(board, 2000); }
    ticked();
    var wrong = doc.querySelector(".alert-danger[role=alert]");
    if (wrong && doc.querySelector("form.admin-form")) { wrong.setAttribute("tabindex", "-1"); wrong.focus(); }
  });
}());

/* The panel's script: progressive only, delegated, no inline handlers. Without it every page still works. */
(function () {
  "use strict";
  var doc = document;
  function closest(event, selector) { return event.target.closest ? event.target.closest(selector) : null; }

  /* the rows of an answer; an error that says what to do when there is none */
  function choices(answer) {
    if (answer.ok && !answer.redirected) { return answer.json(); }
    throw new Error(window.rawatSending.word("again"));
  }
  function lost() { throw new Error(window.rawatSending.word("lost")); }
  function offer(list, rows, done) {
    list.clearOptions(function (option) { return list.items.indexOf(String(option.id)) >= 0; });
    done(rows);
  }

  /* choices that are looked up while typing */
  function lookup(select) {
    if (!window.TomSelect || select.tomselect || select.closest("template")) { return; }
    var label = doc.querySelector('label[for="' + select.id + '"]');
    if (label) { select.setAttribute("aria-label", label.textContent.trim()); } // the label goes over to the typing field
    var turn = 0, trouble = "";
    var list = new window.TomSelect(select, {
      valueField: "id", labelField: "text", searchField: [], maxOptions: 30, preload: "focus", create: false,
      dropdownParent: null, loadThrottle: 250, allowEmptyOption: false, plugins: [],
      render: { no_results: function () { return '<div class="no-results' + (trouble ? ' text-danger" role="alert">' + trouble : '">' + window.rawatSending.word("none")) + "</div>"; } },
      load: function (query, done) {
        var self = this, mine = turn += 1;
        fetch(select.dataset.lookup, { headers: { Accept: "application/json", "X-Query": encodeURIComponent(query) } }) // no address, and so no log, holds what is typed
          .then(choices, lost)
          .then(function (rows) {
            if (mine !== turn) { done(); return; } // a later question was asked: its answer counts, whichever comes first
            trouble = "";
            offer(self, rows, done);
            select.dataset.asked = query;
            only(self, query, rows);
            if (select.dataset.enter === query && rows.length) { self.addItem(String(rows[0].id)); }
            delete select.dataset.enter;
          })
          .catch(function (wrong) { // not the same as "there is none"
            if (mine === turn) { trouble = wrong.message; offer(self, [], done); } else { done(); }
          });
      },
      score: function () { return function () { return 1; }; },
      onChange: function (value) {
        units(select, value);
        if (value && this.isFocused) { onward(select); }
      }
    });
    var click = list.onClick;
    list.onClick = function () { // pressing into a list that is open does not close it
      if (list.isFocused && list.isOpen) { return; }
      if (!list.inputValue()) { list.wrapper.classList.remove("preloaded"); }
      click.call(list);
    };
  }

  /* from the item of a line to its quantity; from its last field to the next line, or a new one */
  function onward(select) {
    var row = select.closest("[data-lines] .inline-field-list > .inline-field");
    var field = row && /-item$/.test(select.name) && row.querySelector("[data-quantity], .is-qty input");
    if (field) { window.setTimeout(function () { field.focus(); field.select(); }); }
  }
  function toItem(row) {
    var first = row.querySelector("select[data-lookup], input:not([type=hidden]), select");
    var list = first && first.tomselect;
    if (!list) { if (first) { first.focus(); } return; }
    list.settings.openOnFocus = false; // it opens with the first letter, and covers nothing before
    list.wrapper.classList.add("preloaded"); // else opening asks for everything, after what was typed
    list.control_input.focus();
    list.settings.openOnFocus = true;
  }
  doc.addEventListener("keydown", function (event) { // before the list takes what it showed for other letters
    var select = event.key === "Enter" && event.target.closest && event.target.closest(".ts-wrapper") && event.target.closest(".ts-wrapper").previousElementSibling;
    var typed = select && select.tomselect && select.tomselect.inputValue();
    var isCode = typed && /\d/.test(typed) && !/\s/.test(typed.trim()) && /-item$/.test(select.name || ""); // scan.js finds it
    if (typed && !isCode && select.dataset.asked !== typed && !event.isComposing) { event.preventDefault(); event.stopPropagation(); select.dataset.enter = typed; }
  }, true);
  doc.addEventListener("keydown", function (event) {
    var row = event.key === "Enter" && event.target.matches && event.target.matches("input:not([type=checkbox])") && event.target.closest("[data-lines] .inline-field-list > .inline-field");
    if (!row) { return; }
    event.preventDefault(); // the Enter key of a line sends no document
    if (event.target.closest(".ts-wrapper")) { return; }
    var box = row.closest("[data-lines]"), next = row.nextElementSibling;
    while (next && next.classList.contains("is-removed")) { next = next.nextElementSibling; }
    if (next) { toItem(next); } else if (event.target.value.trim()) { toItem(addLine(box)); }
  });

  /* a whole barcode means one record: it is picked at once */
  function only(list, query, rows) {
    if (rows.length === 1 && rows[0].exact && query.length >= 8 && list.inputValue() === query) { list.addItem(String(rows[0].id)); list.setTextboxValue(""); list.close(); }
  }

  /* the units of measure of a line follow its item */
  function units(select, item) {
    var match = /^(.*-)?item$/.exec(select.name || ""); // of a line, or of the record itself
    var target = match && doc.getElementsByName((match[1] || "") + "unit")[0];
    if (!target || !target.dataset.units) { return; }
    var turn = target.dataset.turn = String(Number(target.dataset.turn || 0) + 1);
    if (!item) { target.length = 1; return; }
    fetch(target.dataset.units + "&item=" + encodeURIComponent(item), { headers: { Accept: "application/json" } })
      .then(choices, lost)
      .then(function (rows) {
        if (target.dataset.turn !== turn) { return; } // the line has another item by now
        if (target.dataset.lost) { delete target.dataset.lost; window.rawatSending.say(""); }
        target.length = 0;
        rows.forEach(function (row) { target.add(new Option(row.text, row.id)); });
        rows.forEach(function (row) { if (row.usual) { target.value = row.id; } });
        if (target.dataset.wanted) { target.value = target.dataset.wanted; delete target.dataset.wanted; } // the packing that was scanned
      })
      .catch(function (wrong) { // never the units of the item before
        if (target.dataset.turn === turn) { target.value = ""; target.length = 0; target.dataset.lost = "1"; window.rawatSending.say(wrong.message); }
      });
  }
  doc.addEventListener("focusin", function (event) { // who goes to a list that could not be asked asks again
    var item = event.target.dataset && event.target.dataset.lost && doc.getElementsByName(event.target.name.replace(/unit$/, "item"))[0];
    if (item) { units(item, item.value); }
  });

  /* what is known of a line's item (stock, prices): shown, and warned of, beside the line; never in the way */
  function typed(row, name) {
    var field = row.querySelector('[name$="-' + name + '"]');
    return field ? field.value : "";
  }
  function alike(row, item) { // the other lines of that item, which take from the same stock
    return item ? Array.from(row.parentNode ? row.parentNode.children : []).filter(function (other) {
      return other !== row && other.matches(".inline-field:not(.is-removed)") && typed(other, "item") === item;
    }) : [];
  }
  function stock(row) {
    var box = row.closest("[data-stock]");
    function value(name) { return typed(row, name); }
    function chosen(name) {
      var field = box && box.closest("form").elements.namedItem(name);
      return field && field.value || "";
    }
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
    row.dataset.stockItem = item;
    if (!item) { show(""); return Promise.resolve(); }
    var query = new URLSearchParams({ store: chosen("store"), supplier: chosen("supplier"), item: item, quantity: value("quantity"), unit: value("unit"), batch: value("batch") });
    alike(row, item).forEach(function (other) {
      if (typed(other, "quantity") && (!value("batch") || typed(other, "batch") === value("batch"))) { query.append("also", typed(other, "quantity") + ";" + typed(other, "unit")); }
    });
    return fetch(box.dataset.stock + "?" + query)
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; }).then(show).catch(function () { show(""); }); // no warning rather than the one of another quantity
  }
  function stocks(target) {
    var row = target.closest("[data-stock] .inline-field-list > .inline-field");
    if (row) {
      var before = row.dataset.stockItem || "";
      stock(row);
      alike(row, before).concat(before === row.dataset.stockItem ? [] : alike(row, row.dataset.stockItem)).forEach(stock);
      return;
    }
    if ((target.name === "store" || target.name === "supplier") && target.form) { target.form.querySelectorAll("[data-stock] .inline-field-list > .inline-field").forEach(stock); }
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
    box.lastPlace = Math.max.apply(null, [box.lastPlace === undefined ? -1 : box.lastPlace].concat(places)) + 1; // what was removed keeps its own
    return box.lastPlace;
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

  /* what was removed can be put back where it was, the last one first */
  function gone(box) {
    var said = box.querySelector("[data-line-gone]");
    if (said) { said.hidden = !(box.gone && box.gone.length); }
  }
  function putBack(box) {
    var last = box.gone.pop();
    last.list.insertBefore(last.row, last.next && last.next.parentNode === last.list ? last.next : null);
    renumber(last.list);
    gone(box);
    if (box.dataset.stock) { [last.row].concat(alike(last.row, typed(last.row, "item"))).forEach(stock); }
    last.row.dispatchEvent(new Event("change", { bubbles: true }));
    toItem(last.row);
  }

  /* a script that few visits want: it comes when it is wanted first, once; after a broken line it is asked for again */
  var needed = {};
  window.rawatNeeds = function (address) {
    needed[address] = needed[address] || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = function () { delete needed[address]; script.remove(); failed(new Error("lost")); };
      document.head.appendChild(script);
    });
    return needed[address];
  };
  window.rawatLines = { add: addLine, toItem: toItem, typed: typed, stock: stock, renumber: renumber };

  doc.addEventListener("click", function (event) {
    var button = closest(event, "[data-add-line]");
    if (button) {
      var added = addLine(button.closest("[data-lines]"));
      toItem(added);
      return;
    }
    button = closest(event, "[data-remove-line]");
    if (button) {
      var row = button.closest(".inline-field");
      var list = row.parentNode;
      var left = list.closest("[data-stock]") ? alike(row, typed(row, "item")) : [];
      var box = list.closest("[data-lines]");
      (box.gone = box.gone || []).push({ row: row, list: list, next: row.nextElementSibling });
      freePlace(box);
      row.remove();
      renumber(list);
      gone(box);
      left.forEach(stock);
      return;
    }
    button = closest(event, "[data-undo-line]");
    if (button) { putBack(button.closest("[data-lines]")); return; }
    button = closest(event, "[data-take-price]");
    if (button) {
      var taken = button.closest(".inline-field");
      [["unit_price", button.dataset.takePrice], ["discount", button.dataset.takeDiscount]].forEach(function (pair) {
        var field = taken.querySelector('[name$="-' + pair[0] + '"]');
        if (field) { field.value = pair[1]; }
      });
      taken.querySelector('[name$="-unit_price"]').focus();
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
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {  /* to the search box */
      var box = doc.getElementById("q");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      return;
    }
    if (event.key !== "Escape") { return; }
    doc.querySelectorAll("details.rw-menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    var shown = doc.querySelector(".rw-side.show");
    if (shown) { shown.classList.remove("show"); doc.querySelector("[data-menu]").focus(); }
  });

  /* a group of the menu stays as it was left */
  doc.addEventListener("click", function (event) {
    var head = closest(event, "[data-group] > summary");
    var token = head && doc.querySelector("input[name=csrf_token]");
    if (!token) { return; }
    var sent = new URLSearchParams({ csrf_token: token.value, script: "1" });
    sent.set(head.parentNode.open ? "fold" : "open", head.parentNode.dataset.group);
    fetch("/admin/choices/", { method: "POST", body: sent, keepalive: true }).catch(function () {}); // not remembered, no more
  });

  /* ticked rows */
  function ticked() {
    var bar = doc.querySelector("[data-bulk]");
    if (!bar) { return; }
    var number = 0;
    doc.querySelectorAll(".action-checkbox").forEach(function (box) {
      box.closest("tr, li").classList.toggle("is-selected", box.checked);
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
      if (row.closest("[data-stock]")) { alike(row, typed(row, "item")).forEach(stock); }
    }
  });

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
        if (box.querySelector("form[data-touched]")) { boardTag = ""; return; } /* somebody is filling in a card */
        var focused = box.contains(doc.activeElement) ? doc.activeElement.getAttribute("href") : "";
        box.replaceChildren.apply(box, Array.from(new DOMParser().parseFromString(text, "text/html").body.childNodes));
        var again = focused && box.querySelector('a[href="' + focused + '"]');
        if (again) { again.focus({ preventScroll: true }); }
      });
    }).catch(function () { lost.hidden = false; });
  }

  doc.addEventListener("input", function (event) {
    var form = event.target.closest("[data-board] form");
    if (form) { form.dataset.touched = "1"; }
  });

  /* what is typed of a form with data-autosave is kept as a draft, a moment after the last key */
  var saving, unsaved = null;
  function autosave(form) {
    var said = form.parentNode.querySelector("[data-autosave-said]");
    fetch(form.dataset.autosave, { method: "POST", body: new FormData(form) })
      .then(function (answer) {
        if (answer.redirected || !/json/.test(answer.headers.get("Content-Type"))) { throw new Error(String(answer.status)); }
        return answer.json();
      })
      .then(function (saved) { if (said) { said.textContent = saved.text; } })
      .catch(function () { if (said) { said.textContent = said.dataset.autosaveSaid; } }); // never "saved" over what is not
  }
  doc.addEventListener("input", function (event) {
    var form = closest(event, "form[data-autosave]");
    if (!form) { return; }
    window.clearTimeout(saving);
    unsaved = form;
    saving = window.setTimeout(function () { unsaved = null; if (!form.dataset.sent) { autosave(form); } }, 1200);
  });
  window.addEventListener("pagehide", function () { // gone before the moment was over
    if (unsaved && !unsaved.dataset.sent) { navigator.sendBeacon(unsaved.dataset.autosave, new FormData(unsaved)); }
  });

  /* a form is sent once; empty filters stay out of the address */
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-once")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      window.setTimeout(function () { delete form.dataset.sent; }, 20000); // it was stopped, or the line broke
    }
    if (form.hasAttribute("data-skip-empty")) {
      var empty = Array.from(form.querySelectorAll("input, select")).filter(function (field) { return !field.value && !field.disabled; });
      empty.forEach(function (field) { field.disabled = true; });
      window.setTimeout(function () { empty.forEach(function (field) { field.disabled = false; }); }); // what is sent is settled by then
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
    var live = doc.querySelector("[data-board]");
    if (live) { boardTag = live.dataset.boardTag || ""; window.setInterval(board, 2000); }
    doc.querySelectorAll("[data-tick-all]").forEach(function (box) { box.hidden = false; });
    ticked();
    var wrong = doc.querySelector(".alert-danger[role=alert]");
    if (wrong && doc.querySelector("form.admin-form")) { wrong.setAttribute("tabindex", "-1"); wrong.focus(); return; }
    var fresh = window.matchMedia("(pointer: fine)").matches && doc.querySelector("form[data-new]"); // a phone keeps its keyboard down
    if (fresh) {
      var empty = fresh.querySelector("[data-lines]") && Array.from(fresh.querySelectorAll("select[data-lookup][data-needed]")).filter(function (select) { return !select.value; })[0];
      toItem(empty ? empty.closest(".form-group") : fresh.querySelector(".inline-field-list > .inline-field") || fresh);
    }
  });

  /* asking by itself every few seconds is no sign of a person: it does not keep a session alive */
  var acted = false;
  ["keydown", "pointerdown"].forEach(function (name) { doc.addEventListener(name, function () { acted = true; }, true); });
  doc.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.triggeringEvent || acted) { acted = false; return; }
    event.detail.headers["X-Poll"] = "1";
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { location.reload(); } });
}());

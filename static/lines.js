/* The lines of a document as a grid: what they come to while they are typed, exact as the server's own figures
   (models/line_quantities.py), and arrows between the rows. The server reckons again when it saves. */
(function () {
  "use strict";
  var doc = document, CENT = 100n, INDONESIAN = doc.documentElement.lang === "id";

  /* a number as portal/web/locale.py reads it, as [whole number, decimals]; null for none */
  function number(text) {
    var plain = String(text || "").trim().replace(/[\s\u00a0]|^Rp\.?/g, "");
    if (!/^[+-]?[0-9.,]*[0-9][0-9.,]*$/.test(plain)) { return null; }
    var comma = plain.lastIndexOf(","), point = plain.lastIndexOf("."), mark = "", own = INDONESIAN ? "," : ".";
    if (comma >= 0 && point >= 0) { mark = comma > point ? "," : "."; } else if (comma >= 0 || point >= 0) {
      mark = comma >= 0 ? "," : ".";
      var many = plain.split(mark).length > 2;
      if (new RegExp("^[+-]?[0-9]{1,3}(\\" + mark + "[0-9]{3})+$").test(plain) && (mark !== own || many)) { mark = ""; }
    }
    var parts = mark ? plain.split(mark) : [plain, ""], other = mark === "," ? "[.]" : mark === "." ? "[,]" : "[.,]";
    if (parts.length > 2 || /[.,]/.test(parts[0]) && !new RegExp("^[+-]?[0-9]{1,3}(" + other + "[0-9]{3})+$").test(parts[0])) { return null; }
    var whole = parts[0].replace(/[.,+]/g, ""), rest = parts[1].replace(/[.,]/g, "");
    if (!/[0-9]/.test(whole + rest)) { return null; }
    return [BigInt((whole === "-" ? "-" : "") + (whole.replace("-", "") + rest || "0")) * (/^-./.test(whole) ? -1n : 1n), rest.length];
  }
  /* half a sen and more goes up, away from nothing */
  function rounded(above, below) {
    var size = above < 0n ? -above : above, result = (size * 2n + below) / (below * 2n);
    return above < 0n ? -result : result;
  }
  function ten(decimals) { return 10n ** BigInt(decimals); }
  /* sen of so many units at a price, less so many percent; null where one of them is no number */
  function net(quantity, price, discount) {
    var count = number(quantity), each = number(price), less = String(discount || "").trim() ? number(discount) : [0n, 0];
    if (!count || !each || !less) { return null; }
    return rounded(count[0] * each[0] * (100n * ten(less[1]) - less[0]), ten(count[1] + each[1] + less[1]));
  }
  /* sen of so many percent of some sen */
  function part(amount, percent) {
    var rate = number(percent);
    return rate ? rounded(amount * rate[0], CENT * ten(rate[1])) : 0n;
  }
  function sen(text) {
    var amount = number(text);
    return amount ? rounded(amount[0] * CENT, ten(amount[1])) : 0n;
  }
  function written(amount) {
    var size = amount < 0n ? -amount : amount, rest = String(size % CENT).padStart(2, "0").replace(/0+$/, "");
    return (amount < 0n ? "−" : "") + String(size / CENT).replace(/\B(?=(\d{3})+$)/g, INDONESIAN ? "." : ",") + (rest ? (INDONESIAN ? "," : ".") + rest : "");
  }
  function value(form, name) {
    var field = form.elements.namedItem(name);
    return field ? field.value : "";
  }
  function totals(box) {
    var gross = 0n, sum = 0n, known = false, typed = window.rawatLines.typed, form = box.closest("form");
    box.querySelectorAll(".inline-field-list > .inline-field").forEach(function (row) {
      var count = typed(row, "received_quantity") || typed(row, "quantity"), price = typed(row, "unit_price");
      var amount = net(count, price, typed(row, "discount")), place = row.querySelector("[data-line-total]");
      if (place) { place.textContent = amount === null ? "" : written(amount); }
      if (amount !== null && !row.classList.contains("is-removed")) { gross += net(count, price, ""); sum += amount; known = true; }
    });
    var all = box.querySelector("[data-lines-total]");
    var vat = part(sum, value(form, "vat_percent") || value(form, "tax_percent")) + sen(value(form, "vat_amount"));
    var total = sum + vat + sen(value(form, "freight_amount")) + sen(value(form, "rounding_amount"));
    all.hidden = !known;
    [["gross", gross, gross !== sum], ["discount", sum - gross, gross !== sum], ["net", sum, total !== sum || gross !== sum], ["vat", vat, vat !== 0n], ["total", total, true]].forEach(function (each) {
      var place = all.querySelector('[data-total="' + each[0] + '"]');
      place.hidden = !each[2];
      place.lastElementChild.textContent = (each[1] < 0n ? "−Rp" : "Rp") + written(each[1] < 0n ? -each[1] : each[1]);
    });
  }
  function all() { doc.querySelectorAll("[data-lines]").forEach(function (box) { if (box.querySelector("[data-lines-total]")) { totals(box); } }); }
  ["input", "change", "click"].forEach(function (name) {
    doc.addEventListener(name, function (event) {
      if (doc.querySelector("[data-lines-total]")) { window.setTimeout(all); }
    });
  });
  doc.addEventListener("DOMContentLoaded", all);

  /* the line one is in, or was in last */
  doc.addEventListener("focusin", function (event) {
    var row = event.target.closest(".inline-field-list > .inline-field");
    if (!row || row.classList.contains("is-current")) { return; }
    Array.from(row.parentNode.children).forEach(function (other) { other.classList.toggle("is-current", other === row); });
  });

  /* up and down go to the same column of the next row; a list that is open, and one of the browser's own, keep them */
  function column(row, field) { return field.closest(".inline-field > .form-group") && Array.from(row.querySelectorAll(":scope > .form-group")).indexOf(field.closest(".form-group")); }
  doc.addEventListener("keydown", function (event) {
    if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) { return; }
    var field = event.target, row = field.closest && field.closest(".inline-field-list > .inline-field");
    if (!row || !field.matches("input:not([type=date]):not([type=time]):not([type=datetime-local])")) { return; }
    var wrapper = field.closest(".ts-wrapper"), list = wrapper && wrapper.previousElementSibling.tomselect;
    if (list && (list.isOpen && list.inputValue() || list.isOpen && list.currentResults && list.currentResults.items.length)) { return; }
    var next = row, place = column(row, field);
    do { next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling; } while (next && next.classList.contains("is-removed"));
    event.preventDefault();
    event.stopPropagation();
    if (!next || place === null || place < 0) { return; }
    var cell = next.querySelectorAll(":scope > .form-group")[place], target = cell && cell.querySelector("input:not([type=hidden]), select");
    var other = cell && cell.querySelector("select[data-lookup]");
    if (other && other.tomselect) { window.rawatLines.toItem(cell); } else if (target) { target.focus(); if (target.select) { target.select(); } }
  }, true);

  /* rows of a spreadsheet: what fills them in comes when some are pasted first; one cell is pasted as ever */
  doc.addEventListener("paste", function (event) {
    var target = event.target, start = target.closest && target.closest(".inline-field-list > .inline-field"), box = start && start.closest("[data-paste]");
    var text = box && event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!/[\t\r\n]/.test(text.replace(/[\r\n]+$/, "")) || target.tagName === "TEXTAREA" && text.indexOf("\t") < 0) { return; }
    event.preventDefault();
    event.stopPropagation();
    window.rawatNeeds("/static/paste.js").then(function () { window.rawatPaste(target, text); }, function () { window.rawatSending.say(window.rawatSending.word("lost")); });
  }, true);
  doc.addEventListener("DOMContentLoaded", function () {
    doc.querySelectorAll("[data-paste-hint]").forEach(function (hint) { hint.hidden = false; });
  });

  window.rawatSums = { net: net, part: part, written: written };
}());

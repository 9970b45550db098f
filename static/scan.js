/* Scanned codes: a scanner that types; camera and photos come by camera.js. Without this script codes are typed into the item's field. */
(function () {
  "use strict";
  var doc = document;
  var FIND = "/admin/scan/find?code=";
  var words = {};
  function said(name) { return words[name] || ""; }

  /* ---------------------------------------------------------------- what a code stands for */
  function find(code) {
    return fetch(FIND + encodeURIComponent(code), { headers: { Accept: "application/json" } }).then(function (answer) {
      if (answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) { throw new Error(said("lost")); }
      return answer.json().then(function (found) {
        if (!answer.ok) { var refusal = new Error(found.message); refusal.unknown = true; throw refusal; }
        return found;
      });
    }, function () { throw new Error(said("lost")); });
  }
  function tell(box, text, wrong) {
    var line = box && box.querySelector("[data-scan-said]");
    if (!line) { return; }
    line.textContent = text;
    line.classList.toggle("text-danger", Boolean(wrong));
    line.hidden = !text;
    if (navigator.vibrate && navigator.userActivation && navigator.userActivation.hasBeenActive) { navigator.vibrate(wrong ? [80, 60, 80] : 40); }
  }

  /* ---------------------------------------------------------------- the lines of a form */
  function part(row, name) { return row.querySelector('[name$="-' + name + '"]'); }
  function rowsOf(box) {
    return Array.from(box.querySelectorAll(".inline-field-list > .inline-field")).filter(function (row) { return !row.classList.contains("is-removed"); });
  }
  function put(field, value, text) {
    if (!field) { return; }
    if (field.tomselect) {
      if (text) { field.tomselect.addOption({ id: value, text: text }); }
      field.tomselect.setValue(String(value));
      return;
    }
    if (field.tagName === "SELECT" && text && !Array.from(field.options).some(function (option) { return option.value === String(value); })) { field.add(new Option(text, value)); }
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  /* thousandths of what is typed, in the page's language; null when it is no number */
  function thousandths(text) {
    var plain = text.trim();
    var decimal = doc.documentElement.lang === "id" ? "," : ".";
    plain = plain.split(decimal === "," ? "." : ",").join("").replace(decimal, ".");
    return /^\d+(\.\d{1,3})?$/.test(plain) ? Math.round(Number(plain) * 1000) : null;
  }
  function written(number) {
    var text = String(number / 1000);
    return doc.documentElement.lang === "id" ? text.replace(".", ",") : text;
  }
  function emptied(list) { // what was typed is gone, and the choices that were to come with it
    window.clearTimeout(list.refreshTimeout);
    list.refreshTimeout = null;
    list.setTextboxValue("");
    list.close();
  }
  function isBlank(row) { return !part(row, "item").value && !(row.querySelector("[data-quantity]") || {}).value; }
  function batchOf(row) {
    var typed = part(row, "batch_number");
    if (typed) { return typed.value.trim(); }
    var chosen = part(row, "batch");
    return chosen && chosen.value ? "#" + chosen.value : "";
  }
  function fillBatch(row, found) {
    if (found.batch) { put(part(row, "batch_number"), found.batch); }
    if (found.expires_on) { put(part(row, "expires_on"), found.expires_on); }
    if (found.batch_id && part(row, "batch")) { put(part(row, "batch"), found.batch_id, found.batch); }
  }
  function copyReferences(from, to) { // another batch of the same order line
    ["purchase_order_line", "goods_receipt_line", "delivery_request_line"].forEach(function (name) {
      var source = part(from, name);
      if (source && source.value) { put(part(to, name), source.value, source.options[source.selectedIndex].text); }
    });
    var price = part(from, "unit_price");
    if (price && price.value) { put(part(to, "unit_price"), price.value); }
  }
  function take(box, found, wished) {
    var rows = rowsOf(box);
    var mine = rows.filter(function (row) {
      var unit = part(row, "unit");
      return part(row, "item").value === String(found.id) && (!found.unit || !unit || !unit.value || unit.value === String(found.unit));
    });
    var hasBatch = found.batch && rows.length && (part(rows[0], "batch_number") || (found.batch_id && part(rows[0], "batch")));
    var wanted = found.batch ? (part(rows[0] || box, "batch_number") ? found.batch : "#" + found.batch_id) : "";
    var row = hasBatch ? mine.find(function (each) { return batchOf(each) === wanted; }) : mine[0];
    var filled = false;
    if (!row && hasBatch) {
      row = mine.find(function (each) { return !batchOf(each); });
      filled = Boolean(row);
    }
    if (!row) {
      row = wished && isBlank(wished) ? wished : rows.find(isBlank);
      if (!row) { row = window.rawatLines.add(box); }
      var unit = part(row, "unit");
      if (unit && found.unit) { unit.dataset.wanted = found.unit; }
      put(part(row, "item"), found.id, found.text);
      if (mine.length) { copyReferences(mine[0], row); }
    }
    var field = row.querySelector("[data-quantity]");
    var now = field && thousandths(field.value || "0");
    if (field && now !== null && !(filled && field.value)) {
      put(field, written(now + (found.count ? Math.round(Number(found.count) * 1000) : 1000)));
    }
    fillBatch(row, found);
    if (field) { field.focus({ preventScroll: false }); field.select(); }
    row.classList.add("is-scanned");
    window.setTimeout(function () { row.classList.remove("is-scanned"); }, 1200);
    tell(box, found.text + (field && field.value ? ": " + field.value : "") + (found.batch ? " · " + said("batch") + " " + found.batch : ""));
  }
  function boxOf(element) {
    var form = element && element.closest && element.closest("form");
    var here = element && element.closest && element.closest("[data-scan-lines]");
    return here || (form ? form.querySelector("[data-scan-lines]") : null);
  }
  function looked(code, box, wished) {
    return find(code).then(function (found) { take(box, found, wished); return true; }, function (wrong) { tell(box, wrong.message, true); throw wrong; });
  }

  /* who takes a code that was scanned with the focus on `element`; null when nobody does */
  function taker(element) {
    var other = element && element.closest && element.closest("form");
    var box = boxOf(element) || doc.querySelector("[data-scan-lines]");
    var field = doc.querySelector("[data-scan-field]");
    var next = doc.querySelector("[data-scan-next]"); // a count that is being written
    if (other && !other.contains(box) && !other.contains(field) && !other.contains(next)) { return null; }
    if (box) { return function (code) { return looked(code, box, element && element.closest && element.closest(".inline-field-list > .inline-field")); }; }
    if (field) {
      var rows = element && element.closest && element.closest("[data-count-rows]"); // the list is being typed in: stay there
      return function (code) {
        if (rows) { return find(code).then(function (found) { if (!atRow(rows, found)) { onward(code); } return true; }, function (wrong) { if (wrong.unknown || !byCode(rows, code)) { onward(code); } }); }
        onward(code);
        return Promise.resolve(true);
      };
    }
    return null;
    function onward(code) {
      var typed = next && Array.from(next.form.querySelectorAll("input.num")).some(function (each) { return each.value.trim(); });
      var goes = typed ? next : field; // what was counted is saved first
      goes.value = code;
      goes.form.requestSubmit();
    }
  }
  /* the line of what was scanned, on the list that is being counted: where only one can be meant */
  function atRow(rows, found) {
    var mine = Array.from(rows.querySelectorAll('[data-count-item="' + found.id + '"]')).filter(function (row) {
      return !found.batch || (found.batch_id && row.dataset.countBatch === String(found.batch_id));
    });
    return stand(mine);
  }
  function byCode(rows, code) { // without a line the list knows its own codes
    return stand(Array.from(rows.querySelectorAll("[data-count-codes]")).filter(function (row) { return row.dataset.countCodes.split(" ").indexOf(code) >= 0; }));
  }
  function stand(mine) {
    if (mine.length !== 1) { return false; }
    var boxes = mine[0].querySelectorAll("input.num");
    mine[0].classList.add("is-scanned");
    window.setTimeout(function () { mine[0].classList.remove("is-scanned"); }, 1200);
    boxes[boxes.length - 1].focus();
    boxes[boxes.length - 1].select();
    return true;
  }
  doc.addEventListener("keydown", function (event) { // Enter goes to the next line; a form is sent by its button
    var list = event.key === "Enter" && !event.defaultPrevented && event.target.closest && event.target.closest("[data-count-rows]");
    if (!list || !event.target.matches("input.num")) { return; }
    event.preventDefault();
    var stops = Array.from(list.querySelectorAll("input.num, button[type=submit]"));
    stops[stops.indexOf(event.target) + 1].focus();
  });

  /* ---------------------------------------------------------------- a scanner that types: fast keys, then Enter */
  var keys = { text: "", last: 0, first: 0, field: null, before: "" };
  function isTyping(element) { return element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName); }
  function isScan(typing) {
    var fast = keys.text.length > 1 && (keys.last - keys.first) / (keys.text.length - 1) <= 45;
    return typing ? keys.text.length >= 6 && fast : keys.text.length >= 3;
  }
  doc.addEventListener("keydown", function (event) {
    if (event.isComposing) { return; }
    var key = event.key;
    var separator = (event.ctrlKey && key === "]") || key === "\u001d";
    if (separator) { key = "\u001d"; event.preventDefault(); } else if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (key.length === 1) {
      if (event.timeStamp - keys.last > (isTyping(event.target) ? 120 : 500) || keys.field !== event.target) {
        keys = { text: "", first: event.timeStamp, last: 0, field: event.target, before: event.target.value };
      }
      keys.text += key;
      keys.last = event.timeStamp;
      return;
    }
    if (key !== "Enter") { if (key !== "Shift") { keys.text = ""; } return; }
    var target = event.target;
    var typing = isTyping(target);
    var scanned = keys.field === target && event.timeStamp - keys.last <= 500 && isScan(typing) ? keys.text : "";
    var started = keys;
    keys = { text: "", last: 0, first: 0, field: null, before: "" };
    var box = boxOf(target);
    var wrapper = target.closest && target.closest(".ts-wrapper");
    var select = wrapper && wrapper.previousElementSibling;
    var isItem = Boolean(select && box && /-item$/.test(select.name || ""));
    if (scanned && (!typing || target.tagName !== "TEXTAREA")) {
      var give = taker(target);
      if (give) {
        event.preventDefault();
        event.stopPropagation();
        if (isItem) { emptied(select.tomselect); } else if (typing && target.tagName === "INPUT" && !target.hasAttribute("data-scan-field")) {
          target.value = started.before;
          target.dispatchEvent(new Event("input", { bubbles: true }));
        }
        give(scanned).catch(function () { });
        return;
      }
    }
    if (isItem && /\d/.test(target.value) && !/\s/.test(target.value.trim())) { // a code that a person typed
      var typed = target.value.trim();
      var list = select.tomselect;
      var active = list.isOpen && list.activeOption ? list.activeOption.dataset.value : "";
      event.preventDefault();
      event.stopPropagation();
      find(typed).then(function (found) {
        emptied(list);
        take(box, found, select.closest(".inline-field"));
      }, function (wrong) {
        if (wrong.unknown && active) { list.addItem(active); list.close(); } else { tell(box, wrong.message, true); }
      });
      return;
    }
    if (box && typing && target.tagName !== "TEXTAREA" && target.type !== "submit") { event.preventDefault(); } // Enter never sends half a document
  }, true);

  /* ---------------------------------------------------------------- the camera: its part comes when it is opened first */
  var device = null, asked = null;
  function open(dialog) {
    dialog.showModal();
    asked = asked || window.rawatNeeds("/static/camera.js").then(function () {
      device = window.rawatCamera(dialog, { taker: taker, tell: tell, said: said });
    });
    asked.then(function () { device.start(); }, function () { asked = null; tell(dialog, said("lost"), true); });
  }
  function stop() { if (device) { device.stop(); } }

  doc.addEventListener("DOMContentLoaded", function () {
    var dialog = doc.querySelector("[data-scanner]");
    if (!dialog) { return; }
    words = dialog.dataset;
    words = { lost: words.lost, batch: words.batch, starting: words.starting, no_camera: words.noCamera, aim: words.aim, reading: words.reading, no_code: words.noCode, no_picture: words.noPicture };
    doc.querySelectorAll("[data-scan-open]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { open(dialog); });
    });
    dialog.addEventListener("close", stop);
    dialog.querySelector("[data-scan-close]").addEventListener("click", function () { dialog.close(); });
    window.addEventListener("pagehide", stop);
    if (dialog.hasAttribute("data-scan-now")) { open(dialog); }
  });
}());

/* What both sides' pages say about sending: a refusal in its own words, a file before it is sent.
   Without it the server says the same, later. */
(function () {
  "use strict";
  var doc = document, MOST = 10 * 1024 * 1024, WIDE = 2000, SMALL = 1.5 * 1024 * 1024;
  function box() { return doc.getElementById("trouble"); }

  /* a sentence above the page: trouble, or that it is over; none hides it */
  function say(text, ok) {
    var place = box();
    if (!place) { return; }
    place.lastElementChild.textContent = text || "";
    ["ok", "alert-success"].forEach(function (name) { place.classList.toggle(name, Boolean(ok)); });
    ["warn", "alert-danger"].forEach(function (name) { place.classList.toggle(name, !ok); });
    place.hidden = !text;
  }
  /* one of the sentences that the page brought along */
  function word(name) { return box() ? box().dataset[name] || "" : ""; }
  /* what a refusal says: the sentence of its page, else one of ours */
  function words(text) {
    var page = new DOMParser().parseFromString(text || "", "text/html"), said = page.querySelector("main h1 + p");
    return said ? said.textContent.trim() : word("again");
  }
  window.rawatSending = { say: say, word: word, words: words };

  /* a sign-out is known in every tab of this browser */
  doc.addEventListener("submit", function (event) {
    if (/\/logout$/.test(event.target.action || "")) { try { localStorage.setItem("rawat-out", String(Date.now())); } catch (none) { /* each tab finds out by itself */ } }
  });
  function complain(input, text) {
    var form = input.form || doc;
    form.querySelectorAll("[data-file-said]").forEach(function (old) { old.remove(); });
    if (!text) { return; }
    var note = doc.createElement("p");
    note.className = "err text-danger";
    note.setAttribute("role", "alert");
    note.dataset.fileSaid = "";
    note.textContent = text;
    if (form.id !== "composer") { input.insertAdjacentElement("afterend", note); return; }
    form.querySelectorAll("#body-err").forEach(function (old) { old.remove(); });
    note.id = "body-err"; // where a message's other refusals stand, one at a time
    form.prepend(note);
  }
  /* a photo of more bytes than a page needs, with fewer points; as it is where the browser cannot read it */
  function smaller(file) {
    var picture = null;
    return window.createImageBitmap(file).then(function (whole) {
      var scale = Math.min(1, WIDE / Math.max(whole.width, whole.height)), canvas = doc.createElement("canvas"), pen = canvas.getContext("2d");
      picture = whole;
      canvas.width = Math.max(1, Math.round(whole.width * scale));
      canvas.height = Math.max(1, Math.round(whole.height * scale));
      pen.fillStyle = "#fff"; // what shows through becomes white, not black
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
      return [0.88, 0.8, 0.7, 0.6, 0.45].reduce(function (before, quality) {
        return before.then(function (made) {
          return made && made.size <= SMALL ? made : new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); });
        });
      }, Promise.resolve(null));
    }).then(function (made) {
      return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    }).catch(function () { return file; }).finally(function () {
      if (picture) { picture.close(); }
    });
  }
  function hold(form, on) {
    if (form) { form.querySelectorAll("button").forEach(function (each) { each.disabled = on; }); }
  }
  doc.addEventListener("change", function (event) {
    var input = event.target;
    if (input.type !== "file" || !input.files) { return; }
    complain(input, "");
    var chosen = Array.from(input.files);
    function isPhoto(file) { return /^image\//.test(file.type) || /\.hei[cf]$/i.test(file.name); }
    function isLarge(file) { return isPhoto(file) && window.createImageBitmap && (file.size > SMALL || !/\/(jpeg|png)$/.test(file.type)); }
    if (input.dataset.made) { delete input.dataset.made; return; } // what this made itself
    if (!chosen.some(isLarge) && chosen.every(function (file) { return file.size <= MOST; })) { return; }
    hold(input.form, true);
    Promise.all(chosen.map(function (file) { return isLarge(file) ? smaller(file) : file; })).then(function (made) {
      return made.map(function (file) { return file.size <= MOST ? file : null; });
    }).then(function (kept) {
      var left = new DataTransfer(), large = chosen.filter(function (file, place) { return !kept[place]; });
      kept.filter(Boolean).forEach(function (file) { left.items.add(file); });
      input.files = left.files;
      hold(input.form, false);
      input.dataset.made = "1";
      input.dispatchEvent(new Event("change", { bubbles: true })); // who shows what is chosen shows what is left
      if (large.length) {
        complain(input, word("large").replace("{}", large.map(function (file) { return file.name; }).join(", ")));
      }
    });
  });
}());

/* What both sides' pages say about sending: a refusal in its own words, a file before it is sent.
   Without it the server says the same, later. */
(function () {
  "use strict";
  var doc = document, MOST = 10 * 1024 * 1024, WIDE = 4096;
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
  /* a photo of more bytes than may be sent, with fewer points */
  function smaller(file) {
    return window.createImageBitmap(file, { resizeWidth: WIDE, resizeQuality: "high" }).then(function (picture) {
      var canvas = doc.createElement("canvas");
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      picture.close();
      return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.85); });
    }).then(function (made) {
      return made && made.size <= MOST ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : null;
    }).catch(function () { return null; });
  }
  function hold(form, on) {
    if (form) { form.querySelectorAll("button").forEach(function (each) { each.disabled = on; }); }
  }
  doc.addEventListener("change", function (event) {
    var input = event.target;
    if (input.type !== "file" || !input.files) { return; }
    complain(input, "");
    var chosen = Array.from(input.files);
    if (chosen.every(function (file) { return file.size <= MOST; })) { return; }
    hold(input.form, true);
    Promise.all(chosen.map(function (file) {
      return file.size <= MOST ? file : /^image\//.test(file.type) && window.createImageBitmap ? smaller(file) : null;
    })).then(function (kept) {
      var left = new DataTransfer(), large = chosen.filter(function (file, place) { return !kept[place]; });
      kept.filter(Boolean).forEach(function (file) { left.items.add(file); });
      input.files = left.files;
      hold(input.form, false);
      input.dispatchEvent(new Event("change", { bubbles: true })); // who shows what is chosen shows what is left
      if (large.length) {
        complain(input, word("large").replace("{}", large.map(function (file) { return file.name; }).join(", ")));
      }
    });
  });
}());

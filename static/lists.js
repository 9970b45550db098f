/* Lists: columns are moved up and down, a box that scrolls can be reached by keyboard, and the way back leads to the
   list as it was left. */
(function () {
  "use strict";
  var doc = document;

  /* the order of columns is the order of their boxes */
  doc.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-move]");
    if (!button) { return; }
    var row = button.closest("li"), other = button.dataset.move === "1" ? row.nextElementSibling : row.previousElementSibling;
    if (!other) { return; }
    row.parentNode.insertBefore(row, button.dataset.move === "1" ? other.nextElementSibling : other);
    button.focus();
  });
  doc.querySelectorAll("[data-move]").forEach(function (button) { button.hidden = false; });

  /* what scrolls is a place of its own for the keyboard */
  function reach() {
    doc.querySelectorAll("[data-scrolls], .table-responsive").forEach(function (box) {
      var scrolls = box.scrollWidth > box.clientWidth + 1;
      box.classList.toggle("is-scrolling", scrolls);
      if (scrolls) {
        box.tabIndex = 0;
        if (!box.hasAttribute("role") && box.hasAttribute("aria-label") && box.tagName === "DIV") { box.setAttribute("role", "region"); }
      } else { box.removeAttribute("tabindex"); if (box.tagName === "DIV") { box.removeAttribute("role"); } }
      var here = scrolls && box.querySelector("[aria-current]");
      if (here && here.offsetLeft + here.offsetWidth > box.scrollLeft + box.clientWidth) { box.scrollLeft = here.offsetLeft - 16; }
    });
  }
  /* the list as it was left: its address is kept for this tab, and stands in the links and forms that lead back */
  function kept(table) { try { return window.sessionStorage.getItem("list " + table) || ""; } catch (error) { return ""; } }
  function keep(table, query) { try { window.sessionStorage.setItem("list " + table, query); } catch (error) { /* private window */ } }
  var shown = doc.querySelector("[data-list]");
  if (shown) { keep(shown.dataset.list, location.search); }
  doc.querySelectorAll(".rw-crumb a[href], a[data-back]").forEach(function (link) {
    var match = /^\/admin\/(\w+)\/$/.exec(link.getAttribute("href"));
    if (match && kept(match[1])) { link.setAttribute("href", link.getAttribute("href") + kept(match[1])); }
  });
  doc.querySelectorAll("form[action$='/delete/']").forEach(function (form) {
    var match = /\/admin\/(\w+)\/delete\/$/.exec(form.getAttribute("action")), field = doc.createElement("input");
    if (!match || !kept(match[1])) { return; }
    field.type = "hidden";
    field.name = "back";
    field.value = "/admin/" + match[1] + "/" + kept(match[1]);
    form.appendChild(field);
  });

  reach();
  window.addEventListener("resize", reach);
}());

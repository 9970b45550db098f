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
    doc.querySelectorAll("[data-scrolls]").forEach(function (box) {
      var scrolls = box.scrollWidth > box.clientWidth + 1;
      box.classList.toggle("is-scrolling", scrolls);
      if (scrolls) {
        box.tabIndex = 0;
        if (!box.hasAttribute("role") && box.tagName === "DIV") { box.setAttribute("role", "region"); }
      } else { box.removeAttribute("tabindex"); if (box.tagName === "DIV") { box.removeAttribute("role"); } }
      var here = scrolls && box.querySelector("[aria-current]");
      if (here && here.offsetLeft + here.offsetWidth > box.scrollLeft + box.clientWidth) { box.scrollLeft = here.offsetLeft - 16; }
    });
  }
  reach();
  window.addEventListener("resize", reach);
}());

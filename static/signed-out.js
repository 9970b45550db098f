/* Nobody is signed in here: no page of the one before stays on this phone. What waits to be sent stays hidden until the
   same person is back. */
(function () {
  "use strict";
  if (window.RawatPhone) { window.RawatPhone.forget("").catch(function () { /* none are kept */ }); }
}());

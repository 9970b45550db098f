/* Woken by the browser's push service with an empty sign: it asks Rawat for the person's news and shows them once. It
   looks after no page and keeps nothing. */
"use strict";
var PATIENCE = 10000, FALLBACK = new URL(self.location.href).searchParams.get("language") === "en" ? "There is something new in Rawat" : "Ada hal baru di Rawat";

function news() {
  var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, PATIENCE);
  return fetch("/push/news", { headers: { Accept: "application/json", "X-Poll": "1" }, cache: "no-store", signal: stop.signal }).then(function (answer) {
    if (!answer.ok || answer.redirected) { throw new Error("no news"); }
    return answer.json();
  }).catch(function () { return { title: FALLBACK, body: "", url: "/" }; }).finally(function () { clearTimeout(timer); });
}
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("push", function (event) {
  event.waitUntil(news().then(function (found) { // one at a time: the newer takes the older one's place
    return self.registration.showNotification(found.title, {
      body: found.body, tag: "rawat-news", renotify: true, icon: "/static/icons/app-192.png", data: { url: found.url }
    });
  }));
});
self.addEventListener("notificationclick", function (event) {
  var to = new URL((event.notification.data || {}).url || "/", self.location.origin);
  event.notification.close();
  if (to.origin !== self.location.origin) { return; } // ours alone
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(function (pages) {
    var open = pages.find(function (page) { return page.url === to.href; });
    return open ? open.focus() : self.clients.openWindow(to.href);
  }));
});

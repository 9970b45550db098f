/* The worker of the phone pages. Of pages it keeps only those that the server names a person's phone page, for that
   person; everything else goes to the server and is kept nowhere. What cannot be sent waits in phone-store.js. */
"use strict";
importScripts("/static/phone-store.js");
var asked = new URL(self.location.href).searchParams, OFFLINE = "/offline/" + (asked.get("language") === "en" ? "en" : "id"),
  SHELL = "shell-" + asked.get("v") + "-" + OFFLINE.slice(-2), MARK = "X-Phone-Page", AT = "X-Kept-At", MOST = 40,
  LONGEST = 12 * 3600 * 1000, PATIENCE = 25000; // a copy is shown as long as a session may last; a sending may take so long

self.addEventListener("install", function (event) {
  event.waitUntil(fetch("/phone-shell").then(function (answer) { return answer.json(); }).then(function (files) {
    return caches.open(SHELL).then(function (shell) { return shell.addAll(files.concat(OFFLINE)); });
  }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.indexOf("shell-") === 0 && name !== SHELL; }).map(function (name) { return caches.delete(name); }));
  }).then(function () { return self.clients.claim(); }));
});

function keep(request, answer) {
  var person = answer.headers.get(MARK);
  if (!person || answer.status !== 200 || answer.redirected) { return null; }
  var copy = answer.clone(), headers = new Headers(copy.headers);
  headers.set(AT, String(Date.now()));
  return self.RawatPhone.forget(person).then(function () { return copy.blob(); }).then(function (body) {
    return caches.open("phone-" + person).then(function (pages) {
      return pages.put(request.url, new Response(body, { status: 200, headers: headers })).then(function () { return pages.keys(); }).then(function (every) {
        return Promise.all(every.slice(0, Math.max(0, every.length - MOST)).map(function (old) { return pages.delete(old); }));
      });
    });
  });
}
/* the page as it was last seen here, else the same page without its question, else the sentence that there is no line */
function copyOf(request) {
  var plain = request.url.split(/[?#]/)[0];
  return caches.keys().then(function (names) {
    var name = names.find(function (each) { return each.indexOf("phone-") === 0; });
    return name ? caches.open(name) : null;
  }).then(function (pages) {
    return pages && pages.match(request.url).then(function (found) { return found || pages.match(plain); });
  }).then(function (found) {
    var at = found ? Number(found.headers.get(AT)) : 0;
    return Date.now() - at > LONGEST ? offline() : found.text().then(function (text) { // it says itself that it is a copy
      return new Response(text.replace("<body ", '<body data-copy="' + at + '" '), { status: 200, headers: found.headers });
    });
  });
}
function offline() {
  return caches.open(SHELL).then(function (shell) { return shell.match(OFFLINE); }).then(function (page) { return page || Response.error(); });
}
function page(event) {
  return fetch(event.request).then(function (answer) {
    var kept = keep(event.request, answer);
    if (kept) { event.waitUntil(kept.catch(function () { /* no room: then without */ })); }
    return answer;
  }, function () { return copyOf(event.request); });
}
function late() { return new Promise(function (done, failed) { setTimeout(function () { failed(new Error("late")); }, PATIENCE); }); }
/* a form: an entry with a key that does not arrive is kept, and the page it came from goes on */
function send(event) {
  var request = event.request, isEntry = /urlencoded/.test(request.headers.get("Content-Type") || ""), copy = isEntry ? request.clone() : null;
  if (!copy) { return fetch(request).catch(offline); }
  return copy.text().then(function (text) {
    var sent = new URLSearchParams(text), key = sent.get("_key");
    if (!key) { return fetch(request).catch(offline); }
    return Promise.race([fetch(request), late()]).catch(function () {
      var back = sent.get("_back") || "";
      ["csrf_token", "_back"].forEach(function (name) { sent.delete(name); });
      return self.RawatPhone.put({
        key: key, person: sent.get("_for") || "", path: new URL(request.url).pathname, body: sent.toString(), said: sent.get("_said") || "", at: Date.now(), refused: ""
      }).then(function () { return Response.redirect(/^\/admin\//.test(back) ? back : "/admin/", 303); }, offline);
    });
  });
}
self.addEventListener("fetch", function (event) {
  var request = event.request, to = new URL(request.url);
  if (to.origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    if (request.method === "GET") { event.respondWith(page(event)); }
    if (request.method === "POST") { event.respondWith(send(event)); }
  } else if (request.method === "GET" && to.pathname.indexOf("/static/") === 0) {
    event.respondWith(fetch(request).catch(function () {
      return caches.open(SHELL).then(function (shell) { return shell.match(to.pathname); }).then(function (found) { return found || Response.error(); });
    }));
  }
});

/* Entries that wait on this phone for a line: page and worker read and write the same. A row is {key, person, path,
   body, said, at, refused}: `body` as a form sends it, `refused` the sentence of the server that did not take it. */
(function (scope) {
  "use strict";
  var NAME = "rawat-phone", PART = "kept", DAYS = 7;
  function open() {
    return new Promise(function (done, failed) {
      var asked = scope.indexedDB.open(NAME, 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore(PART, { keyPath: "key" }); };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { failed(asked.error); };
    });
  }
  function run(mode, work) {
    return open().then(function (base) {
      return new Promise(function (done, failed) {
        var all = base.transaction(PART, mode), asked = work(all.objectStore(PART));
        all.oncomplete = function () { base.close(); done(asked && asked.result); };
        all.onerror = all.onabort = function () { base.close(); failed(all.error); };
      });
    });
  }
  function copies() {
    return scope.caches ? scope.caches.keys().then(function (names) { return names.filter(function (name) { return name.indexOf("phone-") === 0; }); }) : Promise.resolve([]);
  }
  scope.RawatPhone = {
    put: function (row) { return run("readwrite", function (part) { return part.put(row); }); },
    drop: function (key) { return run("readwrite", function (part) { return part.delete(key); }); },
    /* the entries of one person, the oldest first; nobody's after a week */
    of: function (person) {
      return run("readonly", function (part) { return part.getAll(); }).then(function (rows) {
        var since = Date.now() - DAYS * 86400000;
        return Promise.all(rows.filter(function (row) { return row.at < since; }).map(function (row) { return scope.RawatPhone.drop(row.key); })).then(function () {
          return rows.filter(function (row) { return row.person === person && row.at >= since; }).sort(function (a, b) { return a.at - b.at; });
        });
      });
    },
    /* forgets the entries of one person, and every page that is kept */
    empty: function (person) {
      return Promise.all([scope.RawatPhone.of(person).then(function (rows) { return Promise.all(rows.map(function (row) { return scope.RawatPhone.drop(row.key); })); }), scope.RawatPhone.forget("")]);
    },
    /* forgets the pages that are kept of anybody but this person */
    forget: function (person) {
      return copies().then(function (names) {
        return Promise.all(names.filter(function (name) { return name !== "phone-" + person; }).map(function (name) { return scope.caches.delete(name); }));
      });
    }
  };
}(self));

/* The video call: the doctor's browser offers, the patient's answers; the server only carries what they tell each other. */
(function () {
  "use strict";
  var doc = document, page = doc.querySelector("[data-call]");
  if (!page) { return; }
  var said = doc.getElementById("call-say"), before = doc.getElementById("call-before"), stage = doc.getElementById("call-stage"),
    otherView = doc.getElementById("call-other"), ownView = doc.getElementById("call-own"), token = doc.querySelector("#call-form [name=csrf_token]").value,
    offers = page.dataset.me === "doctor", servers = JSON.parse(page.dataset.servers || "[]"),
    after = page.dataset.after, seq = page.dataset.seq, stream = null, line = null, mark = "", held = [], gathered = [], sending = 0, joined = false, fails = 0, trying = 0, asking = 0, quiet = false, left = false, request = null;
  function say(name) { said.textContent = page.dataset[name] || ""; page.dataset.now = name; }
  function able() { return window.RTCPeerConnection && navigator.mediaDevices && navigator.mediaDevices.getUserMedia; }

  function body(kind, call, what) {
    var data = new FormData();
    data.set("csrf_token", token);
    data.set("kind", kind);
    data.set("call", call || "");
    data.set("body", what ? JSON.stringify(what) : "");
    return data;
  }
  function tell(kind, call, what) {
    return fetch(page.dataset.call + "/signal", { method: "POST", body: body(kind, call, what), headers: { "HX-Request": "true" } })
      .then(function (answer) {
        if (answer.status === 401) { over("out"); }
        if (answer.status === 422) { return answer.json().then(function (refused) { said.textContent = refused.text; }); }
        return null;
      }).catch(function () { /* asking for news finds out that the line is lost */ });
  }

  function close() {
    if (line) { line.onicecandidate = line.ontrack = line.oniceconnectionstatechange = null; line.close(); }
    line = null;
    held = [];
    gathered = [];
    otherView.srcObject = null;
  }
  function fresh(call) {
    close();
    left = false;
    mark = call;
    line = new RTCPeerConnection({ iceServers: servers });
    var mine = line;
    stream.getTracks().forEach(function (track) { mine.addTrack(track, stream); });
    if (offers && !stream.getVideoTracks().length) { mine.addTransceiver("video", { direction: "recvonly" }); }
    line.ontrack = function (event) { otherView.srcObject = event.streams[0]; otherView.play().catch(function () { }); };
    line.onicecandidate = function (event) {
      if (!event.candidate) { return; }
      gathered.push(event.candidate);
      window.clearTimeout(sending);
      sending = window.setTimeout(function () { var now = gathered; gathered = []; tell("candidates", mark, now); }, 150);
    };
    line.oniceconnectionstatechange = function () {
      if (mine !== line) { return; }
      var state = line.iceConnectionState;
      if (state === "connected" || state === "completed") { window.clearTimeout(trying); say("talks"); }
      if (state === "disconnected" || state === "failed") { say("lost"); again(); }
    };
    return line;
  }
  /* look for a new way: the doctor's browser does, the patient's asks it to */
  function again() {
    window.clearTimeout(trying);
    trying = window.setTimeout(function () {
      if (!joined || !line || /^(connected|completed)$/.test(line.iceConnectionState)) { return; }
      if (offers) { offer(true); } else { tell("again", mark); }
      again();
    }, 2500);
  }
  function offer(restart) {
    var mine = restart && line ? line : fresh(Math.random().toString(36).slice(2, 14));
    if (!restart) { say("connects"); }
    mine.createOffer({ iceRestart: Boolean(restart) }).then(function (made) {
      return mine.setLocalDescription(made).then(function () { return tell("offer", mark, made); });
    }).catch(function () { say("lost"); again(); });
  }
  function take(candidate) { line.addIceCandidate(candidate).catch(function () { /* of a way that is gone */ }); }
  function hear(signal) {
    var what = signal.body ? JSON.parse(signal.body) : null;
    if (signal.kind === "leave") { left = true; close(); window.clearTimeout(trying); say("gone"); return; }
    if (signal.kind === "join" || signal.kind === "here") {
      left = false;
      if (offers) { offer(false); } else if (signal.kind === "join") { tell("here"); }
      return;
    }
    if (signal.kind === "again" && offers && line) { offer(true); return; }
    if (signal.kind === "offer" && !offers) {
      if (!line || mark !== signal.call) { fresh(signal.call); say("connects"); }
      var mine = line;
      mine.setRemoteDescription(what).then(function () {
        held.splice(0).forEach(take);
        return mine.createAnswer();
      }).then(function (made) {
        return mine.setLocalDescription(made).then(function () { return tell("answer", mark, made); });
      }).catch(function () { say("lost"); again(); });
      return;
    }
    if (!line || signal.call !== mark) { return; }
    if (signal.kind === "answer") {
      line.setRemoteDescription(what).then(function () { held.splice(0).forEach(take); }).catch(function () { say("lost"); again(); });
    }
    if (signal.kind === "candidates") {
      what.forEach(function (each) { if (line.remoteDescription) { take(each); } else { held.push(each); } });
    }
  }

  /* the house answers again */
  function back() {
    if (left) { say("gone"); return; }
    if (!line) { tell("join"); say("waits"); return; }
    if (/^(connected|completed)$/.test(line.iceConnectionState)) { say("talks"); } else { again(); }
  }
  function ask() {
    window.clearTimeout(asking);
    if (!joined) { return; }
    if (request) { request.abort(); } // one question at a time: what an older one hears would be told twice
    var query = new URLSearchParams({ after: after, seq: seq }), control = request = new AbortController();
    if (!fails && !quiet) { query.set("wait", "1"); } // after a wait without news the session is asked for
    var limit = window.setTimeout(function () { control.abort(); }, 70000);
    fetch(page.dataset.call + "/news?" + query, { cache: "no-store", headers: { "HX-Request": "true" }, signal: control.signal })
      .then(function (answer) {
        if (answer.status === 401) { over("out"); throw "over"; }
        if (answer.status === 403 || answer.status === 404 || answer.redirected) { over("closed"); throw "over"; }
        if (!answer.ok) { throw new Error(String(answer.status)); }
        var pause = 1000 * (Number(answer.headers.get("X-Ask-After")) || 0);
        return answer.text().then(function (text) { return text ? { news: JSON.parse(text), pause: pause } : { news: null, pause: pause }; });
      })
      .then(function (got) {
        if (control !== request) { return; }
        if (fails) { fails = 0; back(); }
        quiet = !got.news;
        if (got.news) {
          after = got.news.after;
          seq = got.news.seq;
          if (!got.news.open) { over("closed"); return; }
          got.news.signals.forEach(hear);
        }
        asking = window.setTimeout(ask, got.pause || 30);
      })
      .catch(function (error) {
        if (error === "over" || !joined || control !== request) { return; }
        fails += 1;
        say("lost");
        asking = window.setTimeout(ask, Math.min(5000, 500 * Math.pow(2, fails)));
      })
      .finally(function () { window.clearTimeout(limit); });
  }

  function join(kind) {
    if (!able()) { say("unable"); return; }
    navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" ? { width: { ideal: 1280 }, facingMode: "user" } : false })
      .then(function (got) {
        stream = got;
        ownView.srcObject = got;
        ownView.hidden = !got.getVideoTracks().length;
        doc.querySelector("[data-dark]").hidden = !got.getVideoTracks().length;
        before.hidden = true;
        stage.hidden = false;
        joined = true;
        fails = 0;
        say("waits");
        tell("join").then(ask);
      })
      .catch(function (error) { say(error && error.name === "NotFoundError" ? "missing" : "denied"); });
  }
  function over(name) {
    joined = false;
    window.clearTimeout(asking);
    window.clearTimeout(trying);
    close();
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = ownView.srcObject = null;
    stage.hidden = true;
    before.hidden = name === "closed" || name === "out";
    say(name);
  }
  function toggle(button, tracks) {
    var off = button.getAttribute("aria-pressed") !== "true";
    tracks.forEach(function (track) { track.enabled = !off; });
    button.setAttribute("aria-pressed", String(off));
    button.querySelector("[data-icon=on]").hidden = off;
    button.querySelector("[data-icon=off]").hidden = !off;
    button.querySelector("[data-word]").textContent = off ? button.dataset.off : button.dataset.on;
  }
  doc.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button");
    if (!button) { return; }
    if (button.dataset.join) { join(button.dataset.join); }
    if (button.hasAttribute("data-mute") && stream) { toggle(button, stream.getAudioTracks()); }
    if (button.hasAttribute("data-dark") && stream) { toggle(button, stream.getVideoTracks()); }
    if (button.hasAttribute("data-hang")) { tell("leave", mark); over("ended"); }
  });
  window.addEventListener("pagehide", function () {
    if (joined && navigator.sendBeacon) { navigator.sendBeacon(page.dataset.call + "/signal", body("leave", mark)); }
  });
  window.addEventListener("online", function () { if (joined) { ask(); } });
  if (!able()) { say("unable"); }
}());

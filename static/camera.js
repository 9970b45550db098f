/* The camera of a scanner's dialog, and photos of a barcode: what was read is given on as if it had been scanned. scan.js
   loads it when the camera is opened first. */
(function () {
  "use strict";
  var doc = document;
  var said = function () { return ""; };

  function library() { // where the browser reads no barcodes itself
    return window.rawatNeeds("/static/vendor/zxing/zxing.min.js").then(function () { return window.ZXing; }, function () { throw new Error(said("lost")); });
  }
  var FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "data_matrix", "qr_code", "itf"];
  function own() { // the browser's own reader, when it knows what hospitals use
    if (!window.BarcodeDetector) { return Promise.resolve(null); }
    return window.BarcodeDetector.getSupportedFormats().then(function (known) {
      var wanted = FORMATS.filter(function (format) { return known.indexOf(format) >= 0; });
      return known.indexOf("ean_13") >= 0 && known.indexOf("data_matrix") >= 0 ? new window.BarcodeDetector({ formats: wanted }) : null;
    }).catch(function () { return null; });
  }
  var reader = null;
  function readerOf() {
    if (!reader) {
      reader = own().then(function (detector) {
        if (detector) { return function (canvas) { return detector.detect(canvas).then(function (codes) { return codes.length ? codes[0].rawValue : ""; }); }; }
        return library().then(function (Z) {
          var multi = new Z.MultiFormatReader();
          var formats = [Z.BarcodeFormat.EAN_13, Z.BarcodeFormat.EAN_8, Z.BarcodeFormat.UPC_A, Z.BarcodeFormat.UPC_E, Z.BarcodeFormat.CODE_128,
            Z.BarcodeFormat.CODE_39, Z.BarcodeFormat.DATA_MATRIX, Z.BarcodeFormat.QR_CODE, Z.BarcodeFormat.ITF];
          var hints = new Map([[Z.DecodeHintType.POSSIBLE_FORMATS, formats], [Z.DecodeHintType.TRY_HARDER, true], [Z.DecodeHintType.ASSUME_GS1, true]]);
          multi.setHints(hints);
          return function (canvas) {
            try {
              return Promise.resolve(multi.decodeWithState(new Z.BinaryBitmap(new Z.HybridBinarizer(new Z.HTMLCanvasElementLuminanceSource(canvas)))).getText());
            } catch (nothing) { return Promise.resolve(""); } finally { multi.reset(); }
          };
        });
      });
      reader.catch(function () { reader = null; });
    }
    return reader;
  }
  function drawn(source, width, height, most) {
    var canvas = doc.createElement("canvas");
    var scale = Math.min(1, most / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
  window.rawatCamera = function (dialog, scan) {
    var taker = scan.taker, tell = scan.tell;
    said = scan.said;
    var video = dialog.querySelector("video");
    var stream = null, seen = "", at = 0, busy = false, timer = 0;
    function give(code) {
      var handle = taker(doc.querySelector("[data-scan-lines], [data-scan-field]"));
      if (!handle) { return; }
      handle(code).then(function () {
        var line = doc.querySelector("[data-scan-lines] [data-scan-said]");
        tell(dialog, line ? line.textContent : code);
      }, function (wrong) { tell(dialog, wrong.message, true); });
    }
    function look() {
      if (busy || !video.videoWidth) { return; }
      busy = true;
      readerOf().then(function (read) { return read(drawn(video, video.videoWidth, video.videoHeight, 1280)); }).then(function (code) {
        busy = false;
        if (!code || (code === seen && Date.now() - at < 2500)) { return; } // the same box is still in the picture
        seen = code; at = Date.now();
        give(code);
      }).catch(function (wrong) { busy = false; tell(dialog, wrong.message || said("lost"), true); });
    }
    function stop() {
      window.clearInterval(timer);
      if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); stream = null; }
      video.srcObject = null;
    }
    function start() {
      tell(dialog, said("starting"));
      if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { tell(dialog, said("no_camera"), true); return; }
      navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } }).then(function (found) {
        stream = found;
        if (!dialog.open && dialog.tagName === "DIALOG") { stop(); return; }
        video.srcObject = found;
        video.hidden = false;
        return video.play().then(function () { tell(dialog, said("aim")); timer = window.setInterval(look, 200); });
      }).catch(function () { tell(dialog, said("no_camera"), true); });
    }
    dialog.querySelector("input[type=file]").addEventListener("change", function (event) {
      var input = event.target;
      if (!input.files.length) { return; }
      tell(dialog, said("reading"));
      Promise.all([window.createImageBitmap(input.files[0]), readerOf()]).then(function (both) {
        var picture = both[0], read = both[1];
        return read(drawn(picture, picture.width, picture.height, 1600)).then(function (code) {
          return code || read(drawn(picture, picture.width, picture.height, 800));
        });
      }).then(function (code) {
        input.value = "";
        if (code) { tell(dialog, code); give(code); } else { tell(dialog, said("no_code"), true); }
      }).catch(function () { input.value = ""; tell(dialog, said("no_picture"), true); });
    });
    return { start: start, stop: stop };
  };
}());

// Keeps the start page up to date and the sample clock going. Without it, both are as they were loaded.
(function () {
  "use strict";
  var every = Number(document.currentScript.dataset.every || 0) * 1000;
  var seen, began;

  function clock() {
    return document.querySelector("[data-live='clock'] time");
  }

  function start() {
    var time = clock();
    if (time) {
      began = Date.now();
      seen = Date.parse(time.dateTime);
    }
  }

  function tick() {
    var time = clock();
    if (!time) return;
    var now = new Date(seen + (Date.now() - began) * Number(time.dataset.rate));
    time.textContent = now.toLocaleString("vi-VN", {
      timeZone: time.dataset.zone, hour: "2-digit", minute: "2-digit"
    });
  }

  function renew() {
    if (document.hidden) return;
    fetch(location.href, { cache: "no-cache" }).then(function (answer) {
      return answer.ok ? answer.text() : null;
    }).then(function (text) {
      if (!text) return;
      var fresh = new DOMParser().parseFromString(text, "text/html");
      fresh.querySelectorAll("[data-live]").forEach(function (part) {
        var old = document.querySelector("[data-live='" + part.dataset.live + "']");
        if (old && old.innerHTML !== part.innerHTML && !old.contains(document.activeElement)) {
          old.innerHTML = part.innerHTML;
        }
      });
      start();
    }).catch(function () { /* the site is restarting; the next try will do */ });
  }

  start();
  setInterval(tick, 1000);
  if (every) setInterval(renew, every);
})();

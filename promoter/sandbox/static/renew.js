// Keeps a page up to date: its numbers in place; all of it when posts came, changed or went.
(function () {
  "use strict";
  var every = Number(document.currentScript.dataset.every) * 1000;
  var busy = false;

  function live(page) {
    return Array.from(page.querySelectorAll("[data-live]"));
  }

  // All but what grows by itself and what the reader opened.
  function shell(page) {
    var copy = page.querySelector("main").cloneNode(true);
    live(copy).forEach(function (part) { part.textContent = ""; });
    copy.querySelectorAll("details").forEach(function (part) { part.open = false; });
    return copy.innerHTML;
  }

  function grow(fresh) {
    var parts = live(fresh);
    live(document).forEach(function (old, place) {
      if (old.innerHTML === parts[place].innerHTML) return;
      var before = Array.from(old.querySelectorAll("b, dd"));
      old.replaceChildren.apply(old, Array.from(parts[place].childNodes));
      Array.from(old.querySelectorAll("b, dd")).forEach(function (now, position) {
        var then = before[position];
        if (then && then.textContent !== now.textContent) now.classList.add("grew");
      });
    });
  }

  // The reader stays at the entry that is on top of the window, and keeps open what is open.
  function replace(fresh) {
    var open = Array.from(document.querySelectorAll("details[open]"), function (one) { return one.id; });
    var here = scrollY > 200 && Array.from(document.querySelectorAll("main article, main .tile")).find(
      function (one) { return one.getBoundingClientRect().bottom > 0; }
    );
    var top = here && here.getBoundingClientRect().top;
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    open.forEach(function (id) {
      var one = document.getElementById(id);
      if (one) one.open = true;
    });
    var there = here && document.getElementById(here.id);
    if (there) scrollBy(0, there.getBoundingClientRect().top - top);
  }

  function show(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.querySelector("main")) return; // out of order, for a moment
    if (shell(document) !== shell(fresh)) {
      if (getSelection().type === "Range") return; // not while somebody copies a text
      replace(fresh.cloneNode(true));
    }
    grow(fresh);
  }

  function renew() {
    if (document.hidden || busy) return;
    busy = true;
    fetch(location.href, { cache: "no-store" }).then(function (answer) {
      return answer.text();
    }).then(show).catch(function () { /* the office restarts; the next try will do */ }).finally(
      function () { busy = false; }
    );
  }

  setInterval(renew, every);
  document.addEventListener("visibilitychange", renew);
})();

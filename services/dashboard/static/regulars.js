// What a page does besides being read: colours, the key that searches, and following what moves. All of it is a comfort:
// without it every page can be read, and every form be sent.
//
//   data-theme-switch    radios light, system, dark; kept in this browser
//   data-search          what the key / leads to
//   data-closes          a <details> that closes by Escape and by a click elsewhere
//   #stream              hx-sse:connect to /live/moved; its event "moved" fetches #page anew
//   data-live            the button that pauses that;  data-lost  the note shown while the stream is lost
(() => {
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);
  const one = (selector) => document.querySelector(selector);

  // Colours

  function wear(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try { localStorage.setItem("theme", theme); } catch { /* kept for this page alone */ }
    showTheme();
    document.dispatchEvent(new Event("regulars:colours"));
  }

  function showTheme() {
    const theme = root.dataset.theme ?? "system";
    for (const each of all("[data-theme-switch]")) {
      each.hidden = false;
      each.querySelector(`[value="${theme}"]`).checked = true;
    }
  }

  document.addEventListener("change", ({ target }) => {
    if (target.closest("[data-theme-switch]")) wear(target.value);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new Event("regulars:colours")));

  // Keys

  const writes = (element) => element.matches("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !writes(event.target)) {
      const search = one("[data-search]");
      if (search === null) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape") closeExcept(null, true);
  });

  function closeExcept(kept, focus = false) {
    for (const each of all("details[data-closes][open]")) {
      if (each.contains(kept)) continue;
      each.open = false;
      if (focus) each.querySelector("summary").focus();
    }
  }

  document.addEventListener("click", ({ target }) => closeExcept(target));

  // A form is sent once: who clicks twice means one thing. Going back to the page makes it ready again.

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.ariaBusy === "true") event.preventDefault();
    else event.target.ariaBusy = "true";
  });
  addEventListener("pageshow", () => { for (const each of all("form[aria-busy]")) each.ariaBusy = null; });

  // Following what moves

  const PAUSE_MS = 1000;
  const live = { paused: false, lost: false, asking: false, wanted: false };

  const writing = () => document.activeElement?.closest("#page form") && writes(document.activeElement);

  async function fetchAnew() {
    if (live.paused || live.asking || writing()) {
      live.wanted = true;
      return;
    }
    live.asking = true;
    live.wanted = false;
    try {
      await htmx.ajax("GET", location.pathname + location.search, { target: "#page", swap: "innerMorph" });
    } finally {
      setTimeout(() => {
        live.asking = false;
        if (live.wanted) fetchAnew();
      }, PAUSE_MS);
    }
  }

  function showLive() {
    for (const each of all("[data-live]")) {
      each.hidden = one("#stream") === null;
      each.ariaPressed = String(live.paused);
      each.dataset.live = live.paused ? "paused" : live.lost ? "lost" : "on";
      each.querySelector("[data-live-word]").textContent = live.paused ? "Paused" : live.lost ? "Not live" : "Live";
    }
    for (const each of all("[data-lost]")) each.hidden = !live.lost;
  }

  function lost(isLost) {
    if (live.lost === isLost) return;
    live.lost = isLost;
    const asOf = one(".as-of time");
    if (isLost && asOf !== null) for (const each of all("[data-lost-since]")) each.textContent = asOf.textContent;
    showLive();
    if (!isLost) fetchAnew();
  }

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-live]")) return;
    live.paused = !live.paused;
    showLive();
    if (!live.paused && live.wanted) fetchAnew();
  });
  document.addEventListener("focusout", () => { if (live.wanted) setTimeout(fetchAnew); });
  document.addEventListener("moved", fetchAnew);
  document.addEventListener("htmx:sse:after:connection", () => lost(false));
  document.addEventListener("htmx:sse:error", () => lost(true));
  document.addEventListener("htmx:sse:close", ({ detail }) => { if (detail.reason === "ended") lost(true); });
  document.addEventListener("htmx:after:settle", showLive);

  // What comes for #page and is no page of its own: a sign-in that has ended is shown whole, a page that is still being
  // made is asked for again, and what failed leaves the old content where it is.

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "page" || ctx.response === undefined) return;
    const { raw, status } = ctx.response;
    if (raw.redirected || status === 401 || status === 403) location.reload();
    else if (status === 202) setTimeout(fetchAnew, 1000 * (parseInt(raw.headers.get("Refresh"), 10) || 5));
    if (raw.redirected || status >= 400) event.preventDefault();
    if (status >= 500) lost(true);
  });

  showTheme();
  showLive();
})();

// What a page does besides being read: colours, the key that searches, and following what moves. All of it is a comfort:
// without it every page can be read, and every form be sent.
//
//   data-theme-switch    radios light, system, dark; kept in this browser
//   data-search          what the key / leads to
//   data-closes          a <details> that closes by Escape and by a click elsewhere
//   #stream              hx-sse:connect to /live/moved; its event "moved" fetches #page anew, "again" connects once more
//   data-live            the button that pauses a stream: what it brings meanwhile is left out, so streams bring whole
//                        states;  data-lost  the note shown while a stream is lost
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
  const AGAIN_MS = 3000;
  const live = { connected: false, paused: false, lost: false, failed: false, asking: false, wanted: false };

  const writing = () => document.activeElement?.closest("#page form") && writes(document.activeElement);

  const address = () => location.pathname + location.search;

  async function fetchAnew() {
    if (live.paused || live.asking || writing()) {
      live.wanted = true;
      return;
    }
    live.asking = true;
    live.wanted = false;
    try {
      await htmx.ajax("GET", address(), { target: "#page", swap: "innerMorph", anew: address() });
    } finally {
      setTimeout(() => {
        live.asking = false;
        if (live.wanted) fetchAnew();
      }, PAUSE_MS);
    }
  }

  function showLive() {
    const away = live.lost || live.failed;
    for (const each of all("[data-live]")) {
      each.hidden = !live.connected && !away;
      each.ariaPressed = String(live.paused);
      each.dataset.live = live.paused ? "paused" : away ? "lost" : "on";
      each.querySelector("[data-live-word]").textContent = live.paused ? "Paused" : away ? "Not live" : "Live";
    }
    for (const each of all("[data-lost]")) each.hidden = !away;
    const asOf = one(".as-of time");
    if (asOf !== null) for (const each of all("[data-lost-since]")) each.textContent = asOf.textContent;
  }

  function lost(isLost) {
    live.lost = isLost;
    showLive();
  }

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-live]")) return;
    live.paused = !live.paused;
    showLive();
    if (!live.paused && live.wanted) fetchAnew();
  });
  document.addEventListener("focusout", () => { if (live.wanted) setTimeout(fetchAnew); });
  document.addEventListener("moved", fetchAnew);
  document.addEventListener("htmx:sse:before:message", (event) => {
    if (live.paused && !event.detail.message.event) event.preventDefault();
  });
  document.addEventListener("htmx:sse:error", () => lost(true));
  document.addEventListener("htmx:sse:close", ({ detail }) => { if (detail.reason === "ended") lost(true); });
  document.addEventListener("htmx:sse:after:connection", ({ target }) => {
    const again = live.connected && target.id === "stream";
    live.connected = true;
    lost(false);
    showLive();
    if (again) fetchAnew(); // whatever moved meanwhile, nobody said
  });

  // A stream that was never opened is not opened again by htmx.

  function notOpened({ target }) {
    if (target.id !== "stream" || live.connected) return;
    lost(true);
    setTimeout(() => htmx.trigger(target, "again"), AGAIN_MS);
  }

  document.addEventListener("htmx:response:error", notOpened);
  document.addEventListener("htmx:error", notOpened);
  document.addEventListener("htmx:after:settle", showLive);

  // Another page is loaded whole, with its own scripts and its own place in the navigation.

  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "page" || ctx.request.method !== "GET") return;
    const wanted = new URL(ctx.request.action, location.href);
    if (wanted.pathname === location.pathname) return;
    event.preventDefault();
    if (ctx.anew === undefined) location.assign(wanted);
  });

  // What comes for #page, and is no page of its own: where a sign-in has ended one is led to sign in; what is still being
  // made is asked for again; and what failed when it was fetched anew leaves the old content where it is.

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "page" || ctx.response === undefined) return;
    const { raw, status } = ctx.response;
    const late = ctx.anew !== undefined && ctx.anew !== address(); // somebody went elsewhere in the page meanwhile
    const failed = ctx.anew !== undefined && status >= 400;
    if (raw.redirected) location.assign(raw.url);
    else if (failed && status < 500) location.reload();
    else if (failed) setTimeout(fetchAnew, AGAIN_MS);
    else if (status === 202) setTimeout(fetchAnew, 1000 * parseInt(raw.headers.get("Refresh") ?? "5", 10));
    if (raw.redirected || late || failed) event.preventDefault();
    live.failed = status >= 500;
    showLive();
  });

  showTheme();
  showLive();
})();

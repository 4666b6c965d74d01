/* Regulars. A message waits in localStorage, in an entry that no other tab overwrites, until the API answers. What a
beacon took waits too, as nobody hears its answer, and the next page sends it again: a messageId counts once. */
if (!window.regulars?.page) {
	const { src, dataset: { key, store, auto, consent } } = document.currentScript, url = new URL("/v1/batch", src);
	let disk = {}, sent = {}, timer, busy, path, warned, failures = 0, count = 1e6;
	try { disk = localStorage || disk; } catch {} // forbidden
	let box = disk;

	const set = (k, value) => {
		try { disk[k] = value; } catch { box = { ...box }; } // full
		box[k] = value;
	};
	const drop = k => { delete box[k]; delete disk[k]; };
	const queue = (prefix = "rgl.") => Object.keys(box).filter(k => k.startsWith(prefix)).sort();
	const refused = consent == "ask" || navigator.doNotTrack == "1" || navigator.globalPrivacyControl;
	const allowed = () => (box.rgl_consent ?? !refused) > 0;
	const warn = text => warned || console.warn("regulars:", warned = text);
	const uuid = () => crypto.randomUUID?.() || crypto.getRandomValues(new Uint32Array(4)).join("-");
	const where = () => ({ path: location.pathname, title: document.title, referrer: document.referrer.split("/", 3).join("/") });

	const send = (type, properties, fields) => {
		if (!allowed()) return;
		const now = Date.now();
		box.rgl_id || set("rgl_id", uuid());
		now - box.rgl_seen < 18e5 || set("rgl_session", uuid());
		set("rgl_seen", now);
		try {
			const text = JSON.stringify({
				type, ...fields, properties: { store, ...properties }, messageId: uuid(), timestamp: new Date,
				userId: box.rgl_user, anonymousId: box.rgl_id, context: { page: where(), sessionId: box.rgl_session },
			});
			if (new Blob([text]).size > 32e3) throw "over 32 KB";
			set("rgl." + now + count++ + uuid(), text);
		} catch (error) { warn(error); }
		if (queue()[200]) warn("dropped the oldest of 200"), drop(queue()[0]);
		soon();
	};
	const soon = () => queue()[19] ? flush() : timer ||= setTimeout(flush, 1e3);
	const flush = leaving => {
		timer = clearTimeout(timer);
		if (busy && !leaving || !allowed()) return;
		const rest = box.rgl_rest - Date.now();
		if (rest > 0 && rest < 864e5) return timer = setTimeout(flush, rest);
		let bytes = 0; // a beacon takes 64 KB
		const batch = queue().filter(k =>
			!(leaving && sent[k]) && (bytes += new Blob([box[k]]).size) < 6e4 && (sent[k] = 1));
		if (!batch[0]) return;
		const body = `{"batch":[${batch.map(k => box[k])}],"sentAt":"${new Date().toJSON()}","writeKey":"${key}"}`;
		if (leaving) return navigator.sendBeacon(url, body) && flush(1);
		busy = 1;
		fetch(url, { method: "POST", body, keepalive: true }).catch(() => 0).then(({ ok, status, headers }) => {
			busy = 0;
			if (/408|429|5../.test(status || 500))
				set("rgl_rest", Date.now() + 1e3 * Math.max(headers?.get("Retry-After") | 0, 2 ** (failures++ % 7)));
			else {
				ok || warn("refused: " + status);
				batch.forEach(drop);
				failures = 0;
			}
			soon();
		});
	};

	const visit = () => auto != "off" && allowed() && path != (path = location.pathname) && api.page();
	const api = {
		page() { send("page", where()); },
		track(event, properties) { send("track", properties, { event }); },
		search(query, results_count) { api.track("Products Searched", { query, results_count }); },
		identify(user, traits) { user && allowed() && set("rgl_user", user + ""); send("identify", 0, { traits }); },
		reset() { ["rgl_id", "rgl_user", "rgl_seen"].forEach(drop); },
		consent(yes) {
			yes === true || queue("rgl").forEach(drop);
			set("rgl_consent", +(yes === true));
			visit();
		},
		push([name, ...values]) { api[name] ? api[name](...values) : warn("no " + name); },
	};
	window.regulars?.forEach(api.push);
	window.regulars = api;
	const push = history.pushState;
	history.pushState = (...values) => { push.apply(history, values); setTimeout(visit); };
	addEventListener("popstate", visit);
	addEventListener("pagehide", flush);
	addEventListener("visibilitychange", () => document.hidden && flush(1));
	visit();
	soon();
}

// Draws what needs ECharts: <div data-chart="graph|lines"> with its data in a script element of JSON within.
// Colours are those of the page, and change with it. The canvas is a picture: the table below says the same in words.
(() => {
  const SERIES = ["--series-1", "--series-2", "--series-3", "--series-4"];
  const drawn = new Map();

  // A custom property's value is not resolved until something wears it: light-dark() is what would be read.
  function palette() {
    const probe = document.body.appendChild(document.createElement("i"));
    const colour = (name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const found = {
      ink: colour("--ink"), muted: colour("--muted"), card: colour("--card"), line: colour("--line"),
      strong: colour("--line-strong"), series: SERIES.map(colour), font: getComputedStyle(document.body).fontFamily,
    };
    probe.remove();
    return found;
  }

  const tooltip = (colours) => ({
    renderMode: "richText", backgroundColor: colours.card, borderColor: colours.strong, borderWidth: 1, padding: [7, 10],
    textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 13 },
  });

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const figure = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");

  const TURNS = 300;
  const LABEL = { width: 132, height: 66 };
  const EDGE = { left: 66, right: 66, top: 22, bottom: 44 };

  // Places nodes so that linked ones lie near each other and none on another's words (after Fruchterman and Reingold,
  // 1991). A node with its words is one unit wide and high. There is no chance in it: it comes out the same each time.
  function placed(nodes, links, width, height) {
    const wide = Math.max(1, width / LABEL.width), high = Math.max(1, height / LABEL.height);
    const apart = 0.8 * Math.sqrt((wide * high) / Math.max(1, nodes.length));
    const at = nodes.map((_, n) => {
      const angle = (2 * Math.PI * n) / nodes.length;
      return { x: wide * (0.5 + 0.45 * Math.cos(angle)), y: high * (0.5 + 0.45 * Math.sin(angle)), dx: 0, dy: 0 };
    });
    const number = new Map(nodes.map((each, n) => [each.id, n]));
    const pairs = links.map((each) => [at[number.get(each.source)], at[number.get(each.target)]]);
    const within = (one) => {
      one.x = Math.min(wide, Math.max(0, one.x));
      one.y = Math.min(high, Math.max(0, one.y));
    };
    const push = (a, b, force) => {
      const dx = a.x - b.x, dy = a.y - b.y, far = Math.max(0.01, Math.hypot(dx, dy)), by = force(far) / far;
      a.dx += dx * by; a.dy += dy * by; b.dx -= dx * by; b.dy -= dy * by;
    };
    const eachPair = (does) => at.forEach((a, n) => at.slice(n + 1).forEach((b) => does(a, b)));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const one of at) {
        one.dx = 0.15 * (wide / 2 - one.x);
        one.dy = 0.15 * (high / 2 - one.y);
      }
      eachPair((a, b) => push(a, b, (far) => far < 3 * apart ? (apart * apart) / far : 0));
      for (const [a, b] of pairs) push(a, b, (far) => -(far * far) / apart);
      for (const one of at) {
        const step = Math.min(1, (0.1 * wide * (1 - turn / TURNS)) / Math.max(0.01, Math.hypot(one.dx, one.dy)));
        one.x += one.dx * step;
        one.y += one.dy * step;
        within(one);
      }
    }
    for (let turn = 0; turn < TURNS; turn++) eachPair((a, b) => {
      const overX = 1 - Math.abs(a.x - b.x), overY = 1 - Math.abs(a.y - b.y);
      if (overX <= 0 || overY <= 0) return;
      const along = overX < overY ? "x" : "y", by = (0.25 * Math.min(overX, overY) + 0.01) * (a[along] < b[along] ? 1 : -1);
      a[along] -= by;
      b[along] += by;
      within(a);
      within(b);
    });
    return at.map(({ x, y }) => ({ x: x * LABEL.width, y: y * LABEL.height }));
  }

  function graph(data, colours, room) {
    const most = Math.max(1, ...data.nodes.map((each) => each.value ?? 1));
    const strongest = Math.max(1e-9, ...data.links.map((each) => each.value ?? 1));
    const size = (value) => 10 + 22 * Math.sqrt((value ?? 1) / most);
    const named = new Map(data.nodes.map((each) => [each.id, each.name]));
    const places = placed(data.nodes, data.links, room.clientWidth - EDGE.left - EDGE.right, room.clientHeight - EDGE.top - EDGE.bottom);
    const [xs, ys] = ["x", "y"].map((axis) => places.map((each) => each[axis]));
    const span = (values) => Math.max(1, Math.max(...values) - Math.min(...values));
    const box = { left: EDGE.left + Math.min(...xs), top: EDGE.top + Math.min(...ys), width: span(xs), height: span(ys) };
    return {
      tooltip: {
        ...tooltip(colours),
        formatter: ({ dataType, data: each }) => dataType === "edge"
          ? `${named.get(each.source)} and ${named.get(each.target)}: ${each.words ?? figure(each.value)}`
          : `${each.name}: ${each.words ?? figure(each.value ?? 1)}`,
      },
      series: [{
        type: "graph", layout: "none", roam: "move", ...box, // where they were placed, unscaled
        label: { show: true, position: "bottom", distance: 3, color: colours.ink, fontFamily: colours.font, fontSize: 12, lineHeight: 14,
          width: LABEL.width - 4, overflow: "break", lineOverflow: "truncate", height: 28, align: "center", verticalAlign: "top",
          textBorderColor: colours.card, textBorderWidth: 3, formatter: ({ data: each }) => each.name },
        emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } },
        itemStyle: { borderColor: colours.card, borderWidth: 1.5 },
        data: data.nodes.map((each, n) => ({ ...each, ...places[n], symbolSize: size(each.value), cursor: each.href ? "pointer" : "default",
          itemStyle: { color: colours.series[(each.series ?? 1) - 1] ?? colours.strong } })),
        links: data.links.map((each) => ({ ...each,
          lineStyle: { color: colours.strong, opacity: 0.55, width: 0.8 + 4 * ((each.value ?? 1) / strongest) } })),
      }],
    };
  }

  function lines(data, colours) {
    const axis = { axisLabel: { color: colours.muted, fontFamily: colours.font, fontSize: 12 },
      axisLine: { lineStyle: { color: colours.strong } }, splitLine: { lineStyle: { color: colours.line } } };
    return {
      color: colours.series,
      useUTC: true,
      grid: { left: 8, right: 16, top: data.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      legend: { show: data.series.length > 1, left: 0, top: 0, textStyle: { color: colours.muted, fontFamily: colours.font } },
      tooltip: { ...tooltip(colours), trigger: "axis", valueFormatter: (value) => `${figure(value)} ${data.unit ?? ""}`.trim() },
      xAxis: { type: "time", ...axis, splitLine: { show: false } },
      yAxis: { type: "value", min: 0, ...axis, axisLabel: { ...axis.axisLabel, formatter: figure } },
      series: data.series.map((each) => ({ type: "line", name: each.name, data: each.points, showSymbol: false, lineStyle: { width: 2 } })),
    };
  }

  const KINDS = { graph, lines };

  // A narrow room is made as high as so many nodes with their words need.
  function fit({ room, chart, held, kind }) {
    if (kind === graph) {
      const columns = room.clientWidth / LABEL.width, rows = (1.7 * JSON.parse(held).nodes.length) / Math.max(1, columns);
      room.style.blockSize = "";
      if (rows * LABEL.height > room.clientHeight) room.style.blockSize = `${Math.ceil(rows) * LABEL.height}px`;
    }
    chart.resize();
  }

  function draw(room) {
    const element = room.parentElement;
    const held = element.querySelector("script").textContent;
    if (!drawn.has(room)) {
      const chart = echarts.init(room, null, { renderer: "canvas" });
      chart.on("click", ({ data }) => { if (data?.href) location.assign(data.href); });
      drawn.set(room, { room, chart, held: null, kind: KINDS[element.dataset.chart] });
      watched.observe(room);
    }
    const entry = drawn.get(room);
    if (entry.held === held) return;
    entry.held = held;
    fit(entry);
    colour(entry);
  }

  function colour({ room, chart, held, kind }) {
    if (room.clientWidth === 0 || room.clientHeight === 0) return; // nobody sees it; it is drawn when it has a size
    chart.setOption({ animation: !still.matches, ...kind(JSON.parse(held), palette(), room) }, { notMerge: true });
  }

  const watched = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const entry = drawn.get(target);
      if (entry === undefined || (entry.chart.getWidth() === target.clientWidth && entry.chart.getHeight() === target.clientHeight)) continue;
      fit(entry);
      colour(entry);
    }
  });

  function drawAll() {
    for (const [room, { chart }] of drawn) {
      if (room.isConnected) continue;
      watched.unobserve(room);
      chart.dispose();
      drawn.delete(room);
    }
    document.querySelectorAll(".echart-room").forEach(draw);
  }

  document.addEventListener("regulars:colours", () => { for (const entry of drawn.values()) colour(entry); });
  document.addEventListener("htmx:after:settle", drawAll);
  drawAll();
})();

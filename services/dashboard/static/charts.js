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

  function graph(data, colours) {
    const most = Math.max(1, ...data.nodes.map((each) => each.value ?? 1));
    const strongest = Math.max(1e-9, ...data.links.map((each) => each.value ?? 1));
    const size = (value) => 10 + 30 * Math.sqrt((value ?? 1) / most);
    const named = new Map(data.nodes.map((each) => [each.id, each.name]));
    return {
      tooltip: {
        ...tooltip(colours),
        formatter: ({ dataType, data: each }) => dataType === "edge"
          ? `${named.get(each.source)} and ${named.get(each.target)}: ${each.words ?? figure(each.value)}`
          : `${each.name}: ${each.words ?? figure(each.value ?? 1)}`,
      },
      series: [{
        type: "graph", layout: "force", roam: "move", draggable: true, left: 70, right: 70, top: 24, bottom: 24,
        force: { initLayout: "circular", repulsion: 170, edgeLength: [40, 130], gravity: 0.12, layoutAnimation: false },
        labelLayout: { hideOverlap: true },
        label: { show: true, position: "right", color: colours.ink, fontFamily: colours.font, fontSize: 12,
          formatter: ({ data: each }) => each.name.length > 26 ? `${each.name.slice(0, 25)}…` : each.name },
        emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } },
        itemStyle: { borderColor: colours.card, borderWidth: 1.5 },
        data: data.nodes.map((each) => ({ ...each, symbolSize: size(each.value), cursor: each.href ? "pointer" : "default",
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

  function draw(room) {
    const element = room.parentElement;
    const held = element.querySelector("script").textContent;
    if (!drawn.has(room)) {
      const chart = echarts.init(room, null, { renderer: "canvas" });
      chart.on("click", ({ data }) => { if (data?.href) location.assign(data.href); });
      drawn.set(room, { chart, held: null, kind: KINDS[element.dataset.chart] });
      watched.observe(room);
    }
    const entry = drawn.get(room);
    if (entry.held === held) return;
    entry.held = held;
    colour(entry);
  }

  function colour({ chart, held, kind }) {
    chart.setOption({ animation: !still.matches, ...kind(JSON.parse(held), palette()) }, { notMerge: true });
  }

  const watched = new ResizeObserver((entries) => {
    for (const { target } of entries) drawn.get(target)?.chart.resize();
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

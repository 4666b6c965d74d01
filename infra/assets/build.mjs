// Writes services/dashboard/static/vendor from the packages that package-lock.json names: what a page brings to the
// browser is fetched and cut down here, by a developer, and committed. Nothing of this runs where Regulars runs.
//
// regulars.css, regulars.js and the like are ours and are served as they are written: they need no build.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGES = join(HERE, "node_modules");
const VENDOR = join(HERE, "..", "..", "services", "dashboard", "static", "vendor");

const LICENCES = {
  "htmx.txt": ["htmx.org/LICENSE"],
  "echarts.txt": ["echarts/LICENSE", "echarts/NOTICE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE", "tslib/LICENSE.txt"],
  "lucide.txt": ["lucide-static/LICENSE"],
  "inter.txt": ["@fontsource-variable/inter/LICENSE"],
};

// What a page draws with ECharts: graphs and lines on a canvas. Everything else is SVG from templates.
const ECHARTS = `
  import { init, use } from "echarts/core";
  import { GraphChart, LineChart } from "echarts/charts";
  import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
  import { CanvasRenderer } from "echarts/renderers";
  use([GraphChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);
  export { init };
`;

const read = (...path) => readFileSync(join(PACKAGES, ...path));
const version = (name) => JSON.parse(read(name, "package.json")).version;
const text = (...path) => read(...path).toString("utf8").replace(/\r\n/g, "\n").trimEnd();
const withoutMap = (script) => script.replace(/\n?\/\/# sourceMappingURL=.*$/, "");

// One file: as two deferred scripts, the extension is at times there before htmx is, and the stream is never opened.
function htmx() {
  const banner = `/*! htmx.org ${version("htmx.org")} with its SSE extension, licence: licences/htmx.txt */`;
  const parts = ["htmx.min.js", "ext/hx-sse.min.js"].map((name) => withoutMap(text("htmx.org", "dist", name)));
  return `${banner}\n${parts.join(";\n")}\n`;
}

async function echarts() {
  const made = await build({
    stdin: { contents: ECHARTS, resolveDir: HERE },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: "echarts",
    target: "es2020",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    banner: { js: `/*! echarts ${version("echarts")}: graphs and lines, licences: licences/echarts.txt */` },
  });
  return made.outputFiles[0].text;
}

function sprite() {
  const names = JSON.parse(readFileSync(join(HERE, "icons.json"), "utf8")).sort();
  const symbols = names.map((name) => {
    const drawn = text("lucide-static", "icons", `${name}.svg`).match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawn.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  const banner = `<!-- lucide ${version("lucide-static")}, licence: licences/lucide.txt -->`;
  return `<svg xmlns="http://www.w3.org/2000/svg">${banner}\n${symbols.join("\n")}\n</svg>\n`;
}

function licence(paths) {
  return paths.map((path) => `${path}\n\n${text(path)}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

function* filesUnder(folder, within = "") {
  const found = readdirSync(join(folder, within), { withFileTypes: true });
  for (const entry of found.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const name = within ? `${within}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* filesUnder(folder, name);
    else yield name;
  }
}

function lock() {
  const hashed = [...filesUnder(VENDOR)].map((name) => {
    const digest = createHash("sha256").update(readFileSync(join(VENDOR, name))).digest("hex");
    return `${digest}  ${name}\n`;
  });
  return hashed.join("");
}

rmSync(VENDOR, { recursive: true, force: true });
mkdirSync(join(VENDOR, "licences"), { recursive: true });
const write = (name, content) => writeFileSync(join(VENDOR, name), content);

write("htmx.js", htmx());
write("echarts.js", await echarts());
write("icons.svg", sprite());
for (const [name, script] of [["inter-latin", "latin"], ["inter-latin-ext", "latin-ext"]]) {
  write(`${name}.woff2`, read("@fontsource-variable/inter", "files", `inter-${script}-wght-normal.woff2`));
}
for (const [name, paths] of Object.entries(LICENCES)) write(join("licences", name), licence(paths));
write("assets.lock", lock());

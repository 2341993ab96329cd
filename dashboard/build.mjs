// Builds into dist/: the dashboard (index.html), the courier's app (app/), the page that verifies
// statements (verify/), and content-hashed files of all of them under assets/.
// `--watch` rebuilds on change, `--tests` bundles test/*.test.ts for `node --test`.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import * as esbuild from "esbuild";

const ASSETS = "dist/assets";

/** MapLibre's worker stays a file of its own: a strict CSP forbids the blob it would make. */
async function placeWorker() {
  const from = "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs";
  const code = (await readFile(from, "utf8")).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 8).toUpperCase();
  const name = `map-worker-${hash}.js`;
  await writeFile(join(ASSETS, name), code);
  return `/assets/${name}`;
}

/** Every page by its entry: the template that names script and style, and where it goes. */
const PAGES = {
  "src/main.tsx": { template: "src/index.html", page: "index.html" },
  "src/courier/main.tsx": { template: "src/courier/index.html", page: "app/index.html" },
  "src/verify/main.tsx": { template: "src/verify/index.html", page: "verify/index.html" },
};
/** What a phone keeps besides the script and the style. */
const APP_FILES = ["favicon.svg", "icon-192.png", "icon-512.png", "manifest.webmanifest"];

const asset = (file) => `/assets/${basename(file)}`;

function outputOf(metafile, entry) {
  const found = Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === entry);
  if (!found) throw new Error(`${entry} is missing from the build`);
  return { script: found[0], style: found[1].cssBundle };
}

/** Fills the placeholders of the pages with the hashed names. */
async function writePages(metafile) {
  for (const [entry, { template, page }] of Object.entries(PAGES)) {
    const { script, style } = outputOf(metafile, entry);
    const html = (await readFile(template, "utf8"))
      .replace("%SCRIPT%", asset(script)).replace("%STYLE%", asset(style));
    await writeFile(join("dist", page), html);
  }
}

/** What a script loads, directly and through others, itself included. */
function loadedBy(metafile, script, found = new Set()) {
  if (found.has(script)) return found;
  found.add(script);
  for (const { path } of metafile.outputs[script].imports) loadedBy(metafile, path, found);
  return found;
}

/** The service worker knows every file of the app; another build is another cache. */
async function writeServiceWorker(metafile) {
  const { script, style } = outputOf(metafile, "src/courier/main.tsx");
  const files = [...loadedBy(metafile, script), style].map(asset);
  const all = ["/app/", ...files, ...APP_FILES.map((name) => `/app/${name}`)];
  const page = await readFile("dist/app/index.html");
  const hash = createHash("sha256").update(page).update(all.join()).digest("hex").slice(0, 12);
  await esbuild.build({
    entryPoints: ["src/courier/sw.ts"],
    outfile: "dist/app/sw.js",
    bundle: true,
    minify: true,
    target: "es2022",
    define: { FILES: JSON.stringify(all), SHELL: JSON.stringify(`shell-${hash}`) },
  });
}

async function options() {
  return {
    entryPoints: Object.keys(PAGES).map((entry) => ({
      in: entry, out: PAGES[entry].page === "index.html" ? "main" : basename(dirname(entry)),
    })),
    bundle: true,
    format: "esm",
    splitting: true, // The map is loaded after the login form and the list can already be used.
    target: "es2022",
    outdir: ASSETS,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    minify: true,
    metafile: true,
    legalComments: "linked",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { MAP_WORKER_URL: JSON.stringify(await placeWorker()) },
    plugins: [
      {
        name: "pages",
        setup(build) {
          build.onEnd(async (result) => {
            if (!result.metafile) return;
            await writePages(result.metafile);
            await writeServiceWorker(result.metafile);
          });
        },
      },
    ],
  };
}

async function buildTests() {
  await rm(".tests", { recursive: true, force: true });
  const files = (await readdir("test")).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: files.map((name) => join("test", name)),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node18",
    outdir: ".tests",
    outExtension: { ".js": ".mjs" },
    banner: { js: 'globalThis.navigator ??= { language: "en" };' }, // Node has one from 21 on.
    jsx: "automatic",
    jsxImportSource: "preact",
  });
}

if (process.argv.includes("--tests")) {
  await buildTests();
} else {
  await rm("dist", { recursive: true, force: true });
  await mkdir(ASSETS, { recursive: true });
  for (const { page } of Object.values(PAGES)) await mkdir(dirname(join("dist", page)), { recursive: true });
  await copyFile("src/favicon.svg", join(ASSETS, "favicon.svg"));
  await copyFile("src/favicon.svg", "dist/app/favicon.svg");
  for (const name of APP_FILES.slice(1)) await copyFile(`src/courier/${name}`, `dist/app/${name}`);
  if (process.argv.includes("--watch")) {
    await (await esbuild.context(await options())).watch();
  } else {
    const { metafile } = await esbuild.build(await options());
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} kB  ${file}`);
    }
  }
}

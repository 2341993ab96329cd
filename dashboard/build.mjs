// Builds the dashboard into dist/: index.html and content-hashed files under assets/.
// `--watch` rebuilds on change, `--tests` bundles test/*.test.ts for `node --test`.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
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

/** Fills the two placeholders of src/index.html with the hashed names. */
async function writeIndex(metafile) {
  const entry = Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === "src/main.tsx");
  if (!entry) throw new Error("src/main.tsx is missing from the build");
  const [script, { cssBundle }] = entry;
  const html = await readFile("src/index.html", "utf8");
  const asset = (file) => `/assets/${basename(file)}`;
  await writeFile(
    "dist/index.html",
    html.replace("%SCRIPT%", asset(script)).replace("%STYLE%", asset(cssBundle)),
  );
}

async function options() {
  return {
    entryPoints: ["src/main.tsx"],
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
        name: "index",
        setup(build) {
          build.onEnd(async (result) => {
            if (result.metafile) await writeIndex(result.metafile);
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
  await copyFile("src/favicon.svg", join(ASSETS, "favicon.svg"));
  if (process.argv.includes("--watch")) {
    await (await esbuild.context(await options())).watch();
  } else {
    const { metafile } = await esbuild.build(await options());
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} kB  ${file}`);
    }
  }
}

import { relative } from "node:path";
import { defineConfig, type Plugin } from "vite";
import manifest from "./package.json" with { type: "json" };

const OUT_DIR = `${import.meta.dirname}/dist`;

/**
 * Gives each of our modules the URL of its source file as `import.meta.url`, so that the word list, the migrations and
 * the built apps are found at the same place from the source and from the bundle.
 */
function keepSourceUrls(): Plugin {
  return {
    name: "keep-source-urls",
    transform(code, id) {
      if (id.includes("/node_modules/") || !code.includes("import.meta.url")) return undefined;
      const url = `new URL(${JSON.stringify(relative(OUT_DIR, id))}, import.meta.url).href`;
      // No line moves, so the source map needs no change.
      return { code: code.replaceAll("import.meta.url", url), map: null };
    },
  };
}

/**
 * Bundles the server and the operator's command line. The manifest's `dependencies` stay packages, because they hold
 * native code; its `devDependencies` are bundled, those that few installations use as chunks that are loaded on demand.
 */
export default defineConfig({
  plugins: [keepSourceUrls()],
  ssr: { noExternal: true, external: Object.keys(manifest.dependencies) },
  build: {
    ssr: true,
    outDir: OUT_DIR,
    target: "node24",
    sourcemap: true,
    rolldownOptions: {
      input: { main: "src/main.ts", admin: "admin.ts" },
      // All chunks lie in one folder, on which keepSourceUrls relies. Node keeps source maps in memory: with the sources
      // in them an idle server takes 116 MiB instead of 100.
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        sourcemapExcludeSources: true,
      },
    },
  },
});

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = "http://localhost:4000";

/** The server sends a Content-Security-Policy without inline or data: scripts, so nothing may be inlined. */
export default defineConfig({
  plugins: [react()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The API explorer, loaded by who opens it. What everybody loads is weighed by e2e/browser/page-weight.test.ts.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/graphql": api, "/api": api } },
});

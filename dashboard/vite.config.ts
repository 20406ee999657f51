import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = "http://localhost:4000";

/** The server's Content-Security-Policy allows no inline or data: scripts, so nothing may be inlined. */
export default defineConfig({
  plugins: [react()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The API explorer is loaded on demand. e2e/browser/page-weight.test.ts limits what every page loads.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/graphql": api, "/api": api } },
});

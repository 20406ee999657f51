import { defineConfig } from "vite";

export default defineConfig({
  // The API serves this app's page at /vault_…/… and its files here, clear of the dashboard's /assets/.
  base: "/reveal/",
  build: {
    // A recipient opens the link on whatever phone is at hand, so older browsers than the dashboard's.
    target: ["es2020", "safari14"],
    // The Content-Security-Policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

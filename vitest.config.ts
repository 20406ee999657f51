import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["api", "drizzle", "reveal", "dashboard", "e2e"],
  },
});

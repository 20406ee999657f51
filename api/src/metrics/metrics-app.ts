import { Hono } from "hono";
import type { Metrics } from "./metrics.ts";

/** Serves the metrics at `/metrics` and nothing else, for a separate port that must not be public. */
export function createMetricsApp(metrics: Metrics): Hono {
  const app = new Hono();
  app.get("/metrics", async (c) => {
    const { text, contentType } = await metrics.read();
    return c.body(text, 200, { "Content-Type": contentType, "Cache-Control": "no-store" });
  });
  return app;
}

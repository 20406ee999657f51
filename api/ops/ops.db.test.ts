/** The example dashboard and alerts are well-formed and query only metrics and labels that the server exports. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { sweepOnce } from "../src/jobs/sweep.ts";
import { readVitals } from "../src/metrics/vitals-store.ts";
import { createTestApp, type TestApp } from "../test/app.ts";
import { useDatabase } from "../test/database.ts";
import { createSecret, createSender, graphql, reveal } from "../test/factories.ts";
import { noRollbackGuard } from "../test/no-rollback-guard.ts";

const db = useDatabase();
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const read = (name: string) => readFileSync(path(name), "utf8");

/** Metrics that Prometheus itself adds to each scrape. */
const PROMETHEUS_METRICS = new Map([["up", new Set(["job", "instance"])]]);

/** Names and labels of every series that a process exports after each kind of event. */
async function exported(): Promise<Map<string, Set<string>>> {
  const app = createTestApp(db.current);
  const { metrics, live, hashingPool } = app.services;
  metrics.start("1.2.3", {
    argon2: () => hashingPool.load,
    streams: () => live.streams,
    database: () => readVitals(db.current),
  });
  await causeEveryEvent(app);
  const { text } = await metrics.read();
  const series = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)) {
    const own = series.get(name) ?? new Set(["job", "instance"]);
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) own.add(label);
    series.set(name, own);
  }
  return series;
}

async function causeEveryEvent(app: TestApp): Promise<void> {
  const sender = await createSender(app);
  const secret = await createSecret(app, sender);
  await reveal(app, secret);
  await graphql(app, "{ nothing }");
  const { metrics, rateLimits } = app.services;
  metrics.rateLimited("reveal");
  metrics.argon2.refused();
  await sweepOnce({
    db: db.current,
    rateLimits,
    rollbackGuard: noRollbackGuard,
    retention: { secretDays: 365 },
    onBatch: metrics.swept,
  });
}

/** Metric names and labels of a PromQL query; labels are those of selectors and of `by (…)`. */
function namesAndLabels(expr: string): { names: string[]; labels: string[] } {
  const text = expr.replaceAll(/"[^"]*"/g, '""');
  const groups = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
  const selected = [...text.matchAll(/(\w+)\s*(?:=|!=|=~|!~)\s*""/g)].map(([, label = ""]) => label);
  const bare = text.replaceAll(/\bby \([^)]*\)|\{[^}]*\}|\[[^\]]*\]/g, " ");
  const names = [...bare.matchAll(/[a-z_][a-z0-9_]*(?![a-z0-9_]|\s*\()/g)].map(([name]) => name);
  return { names: names.filter((name) => name !== "by"), labels: [...groups, ...selected] };
}

const dashboard = JSON.parse(read("grafana-dashboard.json")) as {
  panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
  annotations: { list: { expr: string }[] };
};
const panelQueries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const alertQueries = [...read("alerts.yml").matchAll(/^ +expr: (?:\|\n +)?(.+)$/gm)].map(
  ([, expr = ""]) => expr,
);

it("the dashboard and the alerts query only existing metrics and labels", async () => {
  const series = new Map([...(await exported()), ...PROMETHEUS_METRICS]);
  const queries = [...panelQueries, ...alertQueries, ...dashboard.annotations.list.map(({ expr }) => expr)];
  expect(queries.length).toBeGreaterThan(25);
  for (const expr of queries) {
    const { names, labels } = namesAndLabels(expr);
    expect(names.length, expr).toBeGreaterThan(0);
    for (const name of names) {
      expect([...series.keys()], expr).toContain(name);
      for (const label of labels) expect([...(series.get(name) ?? [])], `${expr}: ${label}`).toContain(label);
    }
  }
  for (const { targets } of dashboard.panels) {
    for (const { expr, legendFormat } of targets) {
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        for (const name of namesAndLabels(expr).names)
          expect([...(series.get(name) ?? [])], expr).toContain(label);
      }
    }
  }
});

it("every metric of the product is on the dashboard", async () => {
  const shown = panelQueries.concat(dashboard.annotations.list.map(({ expr }) => expr)).join(" ");
  const own = [...(await exported()).keys()].filter((name) => name.startsWith("ttl_secrets_"));
  const families = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
  expect(families.size).toBeGreaterThan(12);
  // Used by an alert only.
  expect([...families].filter((name) => !shown.includes(name))).toEqual(["ttl_secrets_database_up"]);
});

it("every alert has a severity and a summary", () => {
  const alerts = read("alerts.yml")
    .split(/^ {6}- alert: /m)
    .slice(1);
  expect(alerts).toHaveLength(alertQueries.length);
  for (const alert of alerts) {
    expect(alert).toMatch(/^ +labels: \{ severity: (page|ticket) \}$/m);
    expect(alert).toMatch(/^ +summary: [A-Z].+\.$/m);
  }
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

it.skipIf(!hasPromtool)("promtool accepts the alerts (skipped without it)", () => {
  const output = execFileSync("promtool", ["check", "rules", path("alerts.yml")], { encoding: "utf8" });
  expect(output).toContain(`${alertQueries.length} rules found`);
});

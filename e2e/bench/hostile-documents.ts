/**
 * The CPU cost of refusing hostile GraphQL documents, compared with an honest request through the same endpoint in the same
 * run. Run by `pnpm bench:security`.
 */

import type { Context } from "../../api/src/graphql/context.ts";
import { createGraphql } from "../../api/src/graphql/handler.ts";
import { createLogger } from "../../api/src/logging/log.ts";
import { Metrics } from "../../api/src/metrics/metrics.ts";

const ROUNDS = 30;

const bomb = (n: number) =>
  `{ ...f0 } ${Array.from({ length: n }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(" ")} fragment f${n} on Query { viewer { id } }`;

const DOCUMENTS: Record<string, string> = {
  "an honest request": "{ viewer { id email vault { id name } } }",
  "30 nested fragments, each spread twice": bomb(30),
  "7,000 nested fragments (400 KB)": bomb(7000),
  "20,000 directives": `{ viewer ${"@skip(if: false) ".repeat(20_000)} { id } }`,
  "100,000 fields": `{ viewer { ${"id ".repeat(100_000)} } }`,
  "5,000 aliased reveals": `mutation { ${Array.from({ length: 5000 }, (_, i) => `r${i}: revealTtlSecret(input: {vaultId: 1, token: "t", passphrase: "p"}) { __typename }`).join(" ")} }`,
  "20,000 levels": `${"{ viewer ".repeat(20_000)}${"}".repeat(20_000)}`,
  "500 KB of comment": `{ viewer { id } } #${"x".repeat(500_000)}`,
};

const graphql = createGraphql({ log: createLogger("silent"), metrics: new Metrics() });
const context = { viewer: async () => null, sourceIp: "127.0.0.1", hasApiKey: false } as unknown as Context;

/** CPU time of this process for one request, in ms. A different comment each time defeats any document cache. */
async function cpuOf(document: string, round: number): Promise<number> {
  const request = new Request("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: `${document}\n#${round}` }),
  });
  const start = process.cpuUsage();
  await (await graphql(request, context)).text();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const medians = new Map<string, number>();
for (const [name, document] of Object.entries(DOCUMENTS)) {
  const samples: number[] = [];
  for (let round = -5; round < ROUNDS; round++) {
    const ms = await cpuOf(document, round);
    if (round >= 0) samples.push(ms);
  }
  medians.set(name, samples.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0);
}

const honest = medians.get("an honest request") ?? 1;
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${"one request, uncached".padEnd(42)} ${"CPU, ms".padStart(9)} ${"× honest".padStart(9)}`);
for (const [name, ms] of medians) {
  say(`${name.padEnd(42)} ${ms.toFixed(2).padStart(9)} ${(ms / honest).toFixed(1).padStart(9)}`);
}

/**
 * The CPU cost of hostile GraphQL requests without a credential, compared with an honest one through the same endpoint in
 * the same run. Each kind grows until its body reaches the limit of 16 KiB, so that sizes just below every limit on the way
 * are measured, and the most expensive size is printed. Run by `pnpm bench:security`.
 */

import type { Context } from "../../api/src/graphql/context.ts";
import { createGraphql } from "../../api/src/graphql/handler.ts";
import { createLogger } from "../../api/src/logging/log.ts";
import { Metrics } from "../../api/src/metrics/metrics.ts";
import { badInput } from "../../api/src/shared/errors.ts";

const MAX_BODY_BYTES = 16 * 1024;

/** Sizes grow by this factor, so a size within 8 % of each limit is measured. */
const GROWTH = 1.08;

/** Measurements per size, after as many unmeasured ones; and of the most expensive size, whose median is printed. */
const ROUNDS = { scan: 5, final: 60 };

interface Body {
  query: string;
  variables?: unknown;
  operationName?: string;
  /** Depth of the nested lists that replace `LISTS`: too deep for JSON.stringify. */
  lists?: number;
}

const LISTS = "nested lists";

const times = (n: number, text: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => text(i)).join(" ");
const viewer = (selection: string) => `{ viewer { ${selection} } }`;
const nest = (n: number, open: string, inner: string, close: string) =>
  `${open.repeat(n)}${inner}${close.repeat(n)}`;
const REVEAL = "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }";
const VAULT = "id name id name id name";

/** What a stranger may send, by size. */
const KINDS: Record<string, (n: number) => string | Body> = {
  "a repeated field": (n) => viewer(times(n, () => "id")),
  "a repeated field with selections": (n) => viewer(times(n, () => `vault { ${VAULT} }`)),
  "a repeated root field": (n) => `{ ${times(n, () => "viewer { id }")} }`,
  "repeated fields on every level": (n) => viewer(nest(n, "vault { id ", "id", " } vault { id }")),
  "ten repeats of many fields": (n) => viewer(times(11, () => `vault { ${times(n, (i) => `f${i}`)} }`)),
  "fields that do not exist": (n) => viewer(times(n, (i) => `f${i}`)),
  "long fields that do not exist": (n) => viewer(times(20, (i) => `emai${"l".repeat(n)}${i}`)),
  "an error on each line": (n) => viewer("\n".repeat(n) + times(90, (i) => `f${i}`)),
  "fragments of the same fields": (n) =>
    `${viewer(times(n, (i) => `...F${i}`))} ${times(n, (i) => `fragment F${i} on Viewer { id email role }`)}`,
  "a fragment spread often": (n) =>
    `${viewer(times(n, () => "...F"))} fragment F on Viewer { id email role }`,
  "a chain of fragments": (n) =>
    `{ ...F0 } ${times(n, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F${n} on Query { viewer { id } }`,
  "fragments that spread the next twice": (n) =>
    `{ ...F0 } ${times(n, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F${n} on Query { viewer { id } }`,
  "nine levels of fragments that spread the next often": (n) =>
    `{ ...F0 } ${times(9, (i) => `fragment F${i} on Query { ${times(n, () => `...F${i + 1}`)} }`)}`,
  "fragments in a circle": (n) =>
    `${viewer("...F0")} ${times(n, (i) => `fragment F${i} on Viewer { id ...F${(i + 1) % n} }`)}`,
  "nested inline fragments": (n) => viewer(nest(n, "... { id ", "id", " }")),
  aliases: (n) => viewer(times(n, (i) => `a${i}: id`)),
  directives: (n) => viewer(`id ${times(n, () => "@skip(if: false)")}`),
  "directives that do not exist": (n) => viewer(`id ${times(n, (i) => `@d${i}`)}`),
  levels: (n) => nest(n, "{ viewer ", "{ id }", " }"),
  arguments: (n) => viewer(`id(${times(n, (i) => `a${i}: 1`)})`),
  "an input of unknown fields": (n) =>
    `mutation { revealTtlSecret(input: { ${times(n, (i) => `f${i}: 1`)} }) { __typename } }`,
  "a nested list as an input": (n) =>
    `mutation { revealTtlSecret(input: ${nest(n, "[", "1", "]")}) { __typename } }`,
  "declared variables": (n) => `query (${times(n, (i) => `$v${i}: Int`)}) ${viewer("id")}`,
  operations: (n) => ({
    query: times(n, (i) => `query A${i} ${viewer("id email role")}`),
    operationName: "A0",
  }),
  "lines of a block string": (n) => viewer(`id(a: """${"\n".repeat(n)}""")`),
  "a comment": (n) => `${viewer("id")} #${"x".repeat(n)}`,
  "an unknown key in the variables": (n) => ({
    query: REVEAL,
    variables: { input: Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, i])) },
  }),
  "nested lists in the variables": (n) => ({
    query: REVEAL,
    variables: { input: LISTS },
    lists: n,
  }),
  "combining marks as a passphrase": (n) => ({
    query: REVEAL,
    variables: { input: { vaultId: "v", token: "t", passphrase: `a${"\u0301".repeat(n)}` } },
  }),
};

const graphql = createGraphql({ log: createLogger("silent"), metrics: new Metrics() });
const context = () =>
  ({
    principal: async () => null,
    isStranger: true,
    apiKey: null,
    sourceIp: "192.0.2.1",
    services: {
      rateLimits: {
        take: async () => {
          throw badInput("passphrase", "not measured here");
        },
      },
    },
  }) as unknown as Context;

/** CPU time of this process for one request, in ms. */
async function cpuOf(body: string): Promise<number> {
  const request = new Request("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const start = process.cpuUsage();
  await (await graphql(request, context())).text();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

async function median(body: string, rounds: number): Promise<number> {
  const samples: number[] = [];
  for (let round = -rounds; round < rounds; round++) {
    const ms = await cpuOf(body);
    if (round >= 0) samples.push(ms);
  }
  return samples.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

function textOf(body: string | Body): string {
  if (typeof body === "string") return JSON.stringify({ query: body });
  const { lists = 0, ...rest } = body;
  return JSON.stringify(rest).replace(`"${LISTS}"`, nest(lists, "[", "", "]"));
}

/** The most expensive size of a kind, and its median. */
async function worst(kind: (n: number) => string | Body): Promise<{ size: number; ms: number }> {
  let most = { size: 0, ms: 0 };
  for (let n = 1; ; n = Math.max(n + 1, Math.round(n * GROWTH))) {
    const body = textOf(kind(n));
    if (body.length > MAX_BODY_BYTES) break;
    const ms = await median(body, ROUNDS.scan);
    if (ms > most.ms) most = { size: n, ms };
  }
  return { size: most.size, ms: await median(textOf(kind(most.size)), ROUNDS.final) };
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const HONEST = textOf("{ viewer { id email vault { id name } } }");
await median(HONEST, 500);
say(`${"one request".padEnd(54)} ${"size".padStart(6)} ${"CPU, ms".padStart(8)} ${"× honest".padStart(9)}`);
let highest = 0;
for (const [name, kind] of Object.entries(KINDS)) {
  const { size, ms } = await worst(kind);
  // Measured next to each kind, so that a slow moment of the machine affects both.
  const ratio = ms / (await median(HONEST, ROUNDS.final));
  highest = Math.max(highest, ratio);
  say(
    `${name.padEnd(54)} ${String(size).padStart(6)} ${ms.toFixed(2).padStart(8)} ${ratio.toFixed(1).padStart(9)}`,
  );
}
say(
  `\nAt most ${highest.toFixed(1)} times an honest request, ${(await median(HONEST, ROUNDS.final)).toFixed(2)} ms.`,
);

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { createSender } from "../../api/test/factories.ts";
import { AVAILABLE } from "../../reveal/src/documents.ts";
import { endpointOf } from "../consistency/recipients.ts";
import { startApi } from "../support/api-process.ts";

const json = { "content-type": "application/json" };

/** Letters only, so that it is valid as a name and as a value. */
const canary = () => `canary${randomBytes(12).toString("hex")}`;

it("a client's document does not stay in memory after its answer", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-heap-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await createDatabase(inject("templateName"));
  const api = await startApi(database.url, {
    NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`,
    LOG_LEVEL: "warn",
    PUBLIC_URL,
  });
  onTestFinished(async () => {
    await api.stop();
    await database.remove();
  });
  const app = endpointOf(api);
  const sender = await createSender(app);
  const ask = async (query: string, accept = "*/*", extensions?: object) => {
    const headers = { ...json, accept, cookie: sender.cookie };
    const answer = await app.request("/graphql", {
      method: "POST",
      headers,
      body: JSON.stringify({ query, extensions }),
    });
    return answer.text();
  };

  const gone: string[] = [];
  const canaryHash = () => {
    const hash = randomBytes(32).toString("hex");
    gone.push(hash);
    return hash;
  };
  const fresh = () => {
    const made = canary();
    gone.push(made);
    return made;
  };
  for (const accept of ["*/*", "application/json;q=1"]) {
    for (let time = 0; time < 5; time++) {
      expect(await ask(`{ project(id: "${fresh()}") { id } }`, accept)).toContain('"project":null');
      expect(await ask(`query ${fresh()} { viewer { ${fresh()}: id } }`, accept)).toContain('"viewer"');
      await ask(`{ ${fresh()} }`, accept);
      await ask(`{ viewer { ${fresh()}`, accept);
      // With the hash of a document of our apps, and as an automatic persisted query is registered.
      for (const sha256Hash of [AVAILABLE.hash, canaryHash()]) {
        const extensions = { persistedQuery: { version: 1, sha256Hash } };
        await ask(`{ viewer { ${fresh()}: id } }`, accept, extensions);
      }
      await ask(`mutation { revealTtlSecret(input: { passphrase: "${fresh()}" }) { __typename } }`, accept);
    }
  }
  // The server must keep the document of an open stream. Finding it proves that the snapshot would show a kept document.
  const needed = canary();
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const query = `subscription ${needed} { ttlSecretChanged(projectId: "${sender.projectId}") { id } }`;
  const headers = { ...json, accept: "text/event-stream", cookie: sender.cookie };
  const init = { method: "POST", headers, body: JSON.stringify({ query }), signal: left.signal };
  expect((await app.request("/graphql", init)).status).toBe(200);
  // Replaces the last request on each connection.
  await Promise.all(Array.from({ length: 8 }, () => ask("{ viewer { id } }")));

  const heap = await heapOf(api.pid(), folder);
  expect(heap.includes(needed), "the stream's document").toBe(true);
  expect(gone.filter((each) => heap.includes(each))).toEqual([]);
});

/** Takes a heap snapshot of a process, after a garbage collection. */
async function heapOf(pid: number, folder: string): Promise<Buffer> {
  process.kill(pid, "SIGUSR2");
  for (;;) {
    await sleep(100);
    const [name] = await readdir(folder);
    const text = name ? await readFile(join(folder, name)) : Buffer.alloc(0);
    if (text.subarray(-16).includes("]}")) return text;
  }
}

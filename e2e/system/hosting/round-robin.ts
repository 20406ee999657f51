import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../support/api-process.ts";

/** Whether nginx is installed. */
export const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/** Starts nginx with its default balancing: each request goes to the next of these servers. */
export async function startRoundRobin(
  urls: readonly string[],
): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-round-robin-"));
  const port = await freePort();
  const servers = urls.map((url) => `server 127.0.0.1:${new URL(url).port};`).join(" ");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; pid ${folder}/nginx.pid; error_log stderr error; ${process.getuid?.() === 0 ? "user root root;" : ""}
    events {}
    http {
      access_log off; ${temporary}
      upstream api { ${servers} }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://api;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_buffering off;
          # Never twice: the first may have been an attempt.
          proxy_next_upstream off;
        }
      }
    }`,
  );
  const child = spawn("nginx", ["-e", "stderr", "-p", folder, "-c", file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  for (
    let waits = 0;
    !(await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ));
    waits++
  ) {
    if (child.exitCode !== null || waits > 200) throw new Error("nginx did not start");
    await pause(50);
  }
  return {
    url,
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The deployment files name only what there is, and give the process no more than it needs. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { configTable } from "../src/config.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const VARIABLES = new Set([...configTable().matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = ""]) => name));

describe("the Dockerfile", () => {
  const [, build = "", final = ""] = read("Dockerfile").split(/^FROM .*$/m);

  it("copies from the build what exists after it, and only what runs", () => {
    const copied = [...final.matchAll(/^COPY --from=build \/src\/(\S+) (\S+)$/gm)];
    expect(copied.map(([, from]) => from)).toEqual([
      "node_modules",
      "drizzle",
      "api",
      "dashboard/dist",
      "reveal/dist",
    ]);
    for (const [, from = "", to] of copied) {
      expect(existsSync(join(root, from)), from).toBe(true);
      expect(to, "the places relative to each other stay").toBe(from);
    }
  });

  it("installs exactly what the lock file says, and keeps nothing that builds or tests", () => {
    const installs = build.match(/^RUN .* install .*$/gm) ?? [];
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain("--frozen-lockfile");
    expect(installs.at(-1)).toContain("--prod");
    expect(final).not.toMatch(/pnpm@|apt-get/);
  });

  it("runs the server as somebody who is not root, and asks whether it is ready", () => {
    expect(final).toMatch(/^USER node$/m);
    expect(final).toMatch(/^HEALTHCHECK [\s\S]*\/readyz/m);
    const [, file = ""] = /^CMD \["node", "(.*)"\]$/m.exec(final) ?? [];
    expect(existsSync(join(root, file))).toBe(true);
  });
});

describe("the compose file", () => {
  const text = read("compose.yaml");
  const [, api = ""] = /^ {2}api:\n((?: {4}.*\n)+)/m.exec(text) ?? [];

  it("sets only variables that there are, and has no secret in it", () => {
    const set = [...api.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)];
    expect(set.map(([, name]) => name)).toContain("ENCRYPTION_KEYS");
    for (const [, name = "", value = ""] of set) {
      expect(VARIABLES, name).toContain(name);
      if (/KEY|SECRET/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    }
  });

  it("gives the server a read-only file system, no capabilities, and no way in but this machine's", () => {
    for (const line of ["read_only: true", "cap_drop: [ALL]", 'ports: ["127.0.0.1:4000:4000"]']) {
      expect(api).toContain(line);
    }
    expect(text.match(/^ +ports:/gm)).toHaveLength(1);
    expect(text.match(/no-new-privileges:true/g)).toHaveLength(2);
  });
});

describe("the systemd unit", () => {
  const unit = read("ttl-secrets.service");

  it("starts what there is, with variables that there are", () => {
    const [, node = "", file = ""] = /^ExecStart=\/opt\/ttl-secrets\/(\S+) (\S+)$/m.exec(unit) ?? [];
    for (const name of [node, file]) expect(existsSync(join(root, name)), name).toBe(true);
    const [, settings] = /^EnvironmentFile=(.*)$/m.exec(unit) ?? [];
    const [, env = ""] = new RegExp(`${settings} <<END\n([\\s\\S]*?)\nEND`).exec(read("README.md")) ?? [];
    const names = [...env.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toContain("DATABASE_URL");
    // Where alone it may write.
    const [, state] = /^StateDirectory=(.*)$/m.exec(unit) ?? [];
    expect(env).toContain(`ENCRYPTION_KEYS_FILE=/var/lib/${state}/`);
    for (const name of names) expect(VARIABLES).toContain(name);
  });

  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

  it.skipIf(!hasSystemd)("is hardened and well-formed, says systemd (skipped without it)", () => {
    const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-unit-"));
    try {
      const path = join(folder, "ttl-secrets.service");
      // The unit's own place need not exist here.
      writeFileSync(path, unit.replaceAll("/opt/ttl-secrets", root.replace(/\/$/, "")));
      const { stdout, stderr } = spawnSync("systemd-analyze", ["security", "--offline=true", path], {
        encoding: "utf8",
      });
      const [, exposure = ""] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
      if (exposure === "") return expect(stderr).toMatch(/offline|not supported|unrecognized/i);
      expect(Number(exposure)).toBeLessThan(2);
      expect(stderr).not.toMatch(/Unknown (key|section)/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

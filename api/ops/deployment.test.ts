/** The deployment files name only existing files and variables, and grant the process only what it needs. */
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

/** Written by `pnpm build`, so it need not exist here; image.system.test.ts runs it. */
const BUNDLE = "api/dist/main.js";

it("pnpm start runs the bundle", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(scripts.start).toBe(`pnpm build && node ${BUNDLE}`);
});

describe("the Dockerfile", () => {
  const [, build = "", final = ""] = read("Dockerfile").split(/^FROM .*$/m);

  it("copies only what the bundle needs, to the same paths", () => {
    const copied = [...final.matchAll(/^COPY --from=build \/src\/(\S+) (\S+)$/gm)];
    expect(copied.map(([, from]) => from)).toEqual([
      "node_modules",
      "api/node_modules",
      "api/package.json",
      "api/dist",
      "api/src/crypto/eff-large-wordlist.txt",
      "drizzle/migrations",
      "dashboard/dist",
      "reveal/dist",
    ]);
    for (const [, from, to] of copied) expect(to).toBe(from);
  });

  it("installs exactly the lock file, and keeps no development dependency", () => {
    const installs = build.match(/^RUN .* install .*$/gm) ?? [];
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain("--frozen-lockfile");
    expect(installs.at(-1)).toContain("--prod");
    expect(final).not.toMatch(/pnpm@|apt-get/);
  });

  it("runs the server as a non-root user, with a health check on /readyz", () => {
    expect(final).toMatch(/^USER node$/m);
    expect(final).toMatch(/^HEALTHCHECK [\s\S]*\/readyz/m);
    expect(final).toContain(`CMD ["node", "${BUNDLE}"]`);
  });
});

it("the production build leaves no development dependency, and has the Node that the unit starts", () => {
  const installs = read("build-production.sh").match(/^npx .* install .*$/gm) ?? [];
  expect(installs.at(-1)).toMatch(/--frozen-lockfile --prod --no-optional --filter \. --filter \.\/api$/);
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(Object.keys(dependencies)).toEqual(["node"]);
});

describe("the compose file", () => {
  const text = read("compose.yaml");
  const [, api = ""] = /^ {2}api:\n((?: {4}.*\n)+)/m.exec(text) ?? [];

  it("sets only existing variables, and contains no secret", () => {
    const set = [...api.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)];
    expect(set.map(([, name]) => name)).toContain("ENCRYPTION_KEYS");
    for (const [, name = "", value = ""] of set) {
      expect(VARIABLES, name).toContain(name);
      if (/KEY|SECRET/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    }
  });

  it("gives the server a read-only file system, no capabilities, and a port on the loopback interface only", () => {
    for (const line of ["read_only: true", "cap_drop: [ALL]", 'ports: ["127.0.0.1:4000:4000"]']) {
      expect(api).toContain(line);
    }
    expect(text.match(/^ +ports:/gm)).toHaveLength(1);
    expect(text.match(/no-new-privileges:true/g)).toHaveLength(2);
  });
});

describe("the systemd unit", () => {
  const unit = read("ttl-secrets.service");

  it("starts the bundle with existing variables", () => {
    const [, node = "", file = ""] = /^ExecStart=\/opt\/ttl-secrets\/(\S+) (\S+)$/m.exec(unit) ?? [];
    expect(existsSync(join(root, node)), node).toBe(true);
    expect(file).toBe(BUNDLE);
    const [, settings] = /^EnvironmentFile=(.*)$/m.exec(unit) ?? [];
    const [, env = ""] = new RegExp(`${settings} <<END\n([\\s\\S]*?)\nEND`).exec(read("README.md")) ?? [];
    const names = [...env.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toContain("DATABASE_URL");
    // The only folder it may write to.
    const [, state] = /^StateDirectory=(.*)$/m.exec(unit) ?? [];
    expect(env).toContain(`ENCRYPTION_KEYS_FILE=/var/lib/${state}/`);
    for (const name of names) expect(VARIABLES).toContain(name);
  });

  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

  it.skipIf(!hasSystemd)("is hardened and well-formed according to systemd (skipped without it)", () => {
    const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-unit-"));
    try {
      const path = join(folder, "ttl-secrets.service");
      // /opt/ttl-secrets need not exist here.
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

import { execFile } from "node:child_process";
import { chmod, chown, mkdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  connect,
  makeDataDir,
  makeFolder,
  postmasterPid,
  start,
  startApp,
} from "../../test/embedded-postgres.ts";
import { findBinariesPackage, placeBinaries } from "./binaries.ts";
import { clusterFolder } from "./cluster.ts";
import { runCommand } from "./command.ts";
import { closedFolder, findServerUser, giveTo } from "./system-user.ts";

const root = process.getuid?.() === 0;
/** An unprivileged user that every Linux and macOS has. */
const nobody = root ? await idsOf("nobody") : { uid: 0, gid: 0 };
/** Whether an ordinary user could run this checkout at all. */
const openCheckout =
  root &&
  (await closedFolder(import.meta.dirname, { name: "nobody", ...nobody })) === undefined &&
  (await closedFolder(join(process.execPath, ".."), { name: "nobody", ...nobody })) === undefined;

describe.runIf(root)("as root", { timeout: 30_000 }, () => {
  it("the server runs as another user, in the data folder", async () => {
    const dataDir = join(await makeFolder(), "data");
    await start({ dataDir });
    const server = await stat(`/proc/${await postmasterPid(clusterFolder(dataDir))}`);
    expect(server.uid).toBe((await findServerUser()).uid);
    expect(server.uid).not.toBe(0);
  });

  it("if that user may not enter the data folder, the database is in a system folder, also at later starts", async () => {
    const folder = await makeFolder();
    const home = join(folder, "home");
    const dataDir = join(home, "clone", ".data");
    const systemDir = join(folder, "system");
    await mkdir(home, { mode: 0o700 });
    await mkdir(join(home, "clone"));

    const lines: string[] = [];
    const onProgress = (line: string) => lines.push(line);
    const first = await start({ dataDir, systemDir, onProgress });
    await connect(first.url)`CREATE TABLE kept AS SELECT 1 AS n`;
    await first.stop();
    const place = await readlink(join(dataDir, "database-folder"));
    expect(place).toMatch(new RegExp(`^${systemDir}/data-[0-9a-f]{12}$`));
    expect(lines[0]).toBe(
      `The database is kept in ${place}: its server runs as ${(await findServerUser()).name}, who may not enter ${home}.`,
    );
    expect((await stat(home)).mode & 0o777).toBe(0o700);

    lines.length = 0;
    const second = await start({ dataDir, systemDir, onProgress });
    expect(await connect(second.url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
    expect(lines).toEqual([]);
    await expect(start({ dataDir, systemDir })).rejects.toThrow(`${dataDir} is in use`);
    await second.stop();

    await rm(place, { recursive: true });
    await expect(start({ dataDir, systemDir })).rejects.toThrow(/was kept in .+ which is gone\. Put it back/);
  });

  it("a copy of such a data folder can't be used at the same time", async () => {
    const folder = await makeFolder();
    const systemDir = join(folder, "system");
    const home = join(folder, "home");
    await mkdir(home, { mode: 0o700 });
    await start({ dataDir: join(home, "a"), systemDir });
    await promisify(execFile)("cp", ["-a", join(home, "a"), join(home, "b")]);
    await expect(start({ dataDir: join(home, "b"), systemDir })).rejects.toThrow("is in use");
  });

  it("reports that there is no place the server may enter", async () => {
    const folder = await makeFolder();
    const home = join(folder, "home");
    await mkdir(home, { mode: 0o700 });
    await expect(start({ dataDir: join(home, "data"), systemDir: "/dev/null/system" })).rejects.toThrow(
      /Start it as an ordinary user, move it .+ or set DATABASE_URL\.$/,
    );
  });

  it("binaries that the user may not reach are copied once, for all users to run", async () => {
    const folder = await makeFolder();
    const systemDir = join(folder, "system");
    const closed = join(folder, "home");
    await mkdir(closed, { mode: 0o700 });
    const found = await findBinariesPackage();
    await promisify(execFile)("cp", ["-a", found.folder, join(closed, "native")]);
    await chmod(join(closed, "native", "bin", "postgres"), 0o700); // As after an installation with umask 077.

    const user = await findServerUser();
    const source = { folder: join(closed, "native"), version: "18" };
    const [binaries, again] = await Promise.all([1, 2].map(() => placeBinaries(source, user, systemDir)));
    expect(binaries).toEqual(again);
    expect(binaries?.postgres).toBe(join(systemDir, "postgresql-18", "bin", "postgres"));
    const { code, output } = await runCommand(binaries?.postgres ?? "", ["--version"], user);
    expect([code, output]).toEqual([0, expect.stringMatching(/^postgres \(PostgreSQL\) 18\./)]);
    expect((await stat(binaries?.postgres ?? "")).uid).toBe(0);
  });

  it("a database restored from a backup without its owners is given back to the server's user", async () => {
    const dataDir = await makeDataDir();
    const first = await start({ dataDir });
    await connect(first.url)`CREATE TABLE kept AS SELECT 1 AS n`;
    await first.stop();
    await giveTo(dataDir, { name: "root", uid: 0, gid: 0 });
    const second = await start({ dataDir });
    expect(await connect(second.url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
  });
});

describe.runIf(openCheckout)("as an ordinary user", { timeout: 30_000 }, () => {
  it("everything belongs to that user, and root can start it too", async () => {
    const folder = await makeFolder();
    const dataDir = join(folder, "data");
    await chown(folder, nobody.uid, nobody.gid);
    const app = await startApp({ dataDir }, nobody);
    expect(app.lines).toEqual([expect.stringContaining("Making a database")]);
    await connect(app.url ?? "")`CREATE TABLE kept AS SELECT 1 AS n`;
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    for (const name of ["", "lock", "postgres", "postgres/superuser-password", "postgres/cluster"]) {
      expect([name, (await stat(join(dataDir, name))).uid]).toEqual([name, nobody.uid]);
    }
    await app.killHard();

    const asRoot = await start({ dataDir });
    expect(await connect(asRoot.url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
    const environment = await readFile(
      `/proc/${await postmasterPid(clusterFolder(dataDir))}/environ`,
      "utf8",
    );
    expect(environment).not.toContain("HOME=");
    await asRoot.stop();

    const again = await startApp({ dataDir }, nobody);
    expect(await connect(again.url ?? "")`SELECT n FROM kept`).toEqual([{ n: 1 }]);
  });

  it("gets one clear line for another user's folder", async () => {
    const dataDir = await makeDataDir();
    const { url, lines } = await startApp({ dataDir }, nobody);
    expect(url).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/can't hold the database .+ Set DATA_DIR to a folder/)]);
  });
});

async function idsOf(name: string): Promise<{ uid: number; gid: number }> {
  const ids = await Promise.all(["-u", "-g"].map((option) => runCommand("id", [option, name])));
  const [uid, gid] = ids.map(({ output }) => Number.parseInt(output, 10));
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

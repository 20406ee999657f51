import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Twice the size of a PostgreSQL server with one small database. */
const SIZE = "96m";

/** A separate disk that can be filled to its last byte. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, "filler");
  }

  /** Mounts a disk in memory; undefined where that is not allowed: without root, or in a container. */
  static mount(): SmallDisk | undefined {
    if (process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-disk-"));
    try {
      // The server runs as another user, who must have access.
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=755`, "tmpfs", folder], {
        stdio: "ignore",
      });
      return new SmallDisk(folder);
    } catch {
      rmdirSync(folder);
      return undefined;
    }
  }

  /** Whether a disk can be mounted on this machine. */
  static isAllowed(): boolean {
    const disk = SmallDisk.mount();
    disk?.unmount();
    return disk !== undefined;
  }

  /** Fills the disk to the last page. */
  fill(): void {
    const file = openSync(this.#filler, "a");
    for (const bytes of [1 << 20, 1 << 12]) writeUntilFull(file, Buffer.alloc(bytes));
    closeSync(file);
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync("umount", ["--lazy", this.folder]);
    rmdirSync(this.folder);
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

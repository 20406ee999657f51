import { createHash } from "node:crypto";
import { dirname } from "node:path";
import type { KeyRing } from "../crypto/key-ring.ts";
import { syncFolder } from "../process/atomic-write.ts";
import { KeyFileError, keysIn, readKeyFile } from "./key-file.ts";

/**
 * How long in ms a key that was dropped stays in memory: as long as an attempt that began before may still need it
 * (`ATTEMPT_SECONDS` of the secrets' store).
 */
const WIPE_AFTER_MS = 60_000;

/**
 * The ring kept in a file, which replicas share and which changes while they run. What is in memory is always one
 * whole version of the file.
 */
export class FileKeyRing implements KeyRing {
  readonly path: string;
  #keys: ReadonlyMap<string, Buffer> = new Map();
  #activeKid = "";
  #digest = "";
  #reading: Promise<void> | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws KeyFileError when the file is missing, unreadable, readable by others, or holds anything but good keys. */
  static async open(path: string): Promise<FileKeyRing> {
    const ring = new FileKeyRing(path);
    await ring.reload();
    return ring;
  }

  get activeKid(): string {
    return this.#activeKid;
  }

  get keys(): ReadonlyMap<string, Buffer> {
    return this.#keys;
  }

  /**
   * Takes over what the file holds now. Reading it costs a fraction of a millisecond and is done by one call at a time
   * for all who ask meanwhile, so that it may be asked for by every request.
   *
   * @throws KeyFileError as `open`; the ring in memory is then as it was.
   */
  reload(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const file = await readKeyFile(this.path);
    if (!file) throw new KeyFileError(missing(this.path));
    const digest = createHash("sha256").update(file.bytes).digest("base64");
    if (digest === this.#digest) return;
    const keys = keysIn(file);
    file.bytes.fill(0);
    const [active] = keys;
    if (!active) throw new KeyFileError(`${this.path} holds no key.`);
    for (const { kid, key } of keys) {
      const known = this.#keys.get(kid);
      if (known && !known.equals(key)) {
        throw new KeyFileError(
          `${this.path} has another key under a kid that is in use. Put the former one back.`,
        );
      }
    }
    // Whoever wrote the file may not have come to this yet, and nothing may be sealed with a key that a power cut takes.
    await syncFolder(dirname(file.path));

    const former = this.#keys;
    this.#keys = new Map(keys.map(({ kid, key }) => [kid, key]));
    this.#activeKid = active.kid;
    this.#digest = digest;
    // The attempts under way look keys up by their kid when they come to it, in the map that they began with.
    setTimeout(() => {
      for (const key of former.values()) key.fill(0);
    }, WIPE_AFTER_MS).unref();
  }
}

/** What to say of a file that is not there. */
const missing = (path: string) =>
  `${path}, the file of encryption keys, does not exist. Restore it, or make a new one with: pnpm admin rotate-key`;

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import type { KeyRing } from "../crypto/key-ring.ts";
import { syncFolder } from "../process/atomic-write.ts";
import { KeyFileError, keysIn, readKeyFile } from "./key-file.ts";

/**
 * Milliseconds that a dropped key stays in memory: as long as an attempt that began earlier may need it
 * (`ATTEMPT_SECONDS` of the secrets' stores).
 */
const WIPE_AFTER_MS = 60_000;

/** Called with keys before they are used. Throws to refuse them all. */
type Admit = (keys: ReadonlyMap<string, Buffer>) => Promise<void>;

/**
 * A key ring in a file that replicas share and that changes while they run. Memory always holds one complete version of
 * the file.
 */
export class FileKeyRing implements KeyRing {
  readonly path: string;
  readonly #admit: Admit;
  #keys: ReadonlyMap<string, Buffer> = new Map();
  #activeKid = "";
  #digest = "";
  #reading: Promise<void> | undefined;

  private constructor(path: string, admit: Admit) {
    this.path = path;
    this.#admit = admit;
  }

  /**
   * @throws KeyFileError when the file is missing, unreadable, readable by others, or holds an unusable key; what `admit`
   *   throws.
   */
  static async open(path: string, admit: Admit): Promise<FileKeyRing> {
    const ring = new FileKeyRing(path, admit);
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
   * Loads the file's current keys. Reading takes a fraction of a millisecond, and concurrent calls share one read, so
   * every request may call this.
   *
   * @throws KeyFileError and others, as `open`; the ring in memory then stays the same.
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
    // The writer may not have synced the folder yet, and no secret may be sealed with a key that a power cut can lose.
    await syncFolder(dirname(file.path));
    const next = new Map(keys.map(({ kid, key }) => [kid, key]));
    await this.#admit(next);

    const former = this.#keys;
    this.#keys = next;
    this.#activeKid = active.kid;
    this.#digest = digest;
    // Attempts in progress keep looking up keys in the map that they started with.
    setTimeout(() => {
      for (const key of former.values()) key.fill(0);
    }, WIPE_AFTER_MS).unref();
  }
}

/** Message for a missing file. */
const missing = (path: string) =>
  `${path}, the file of encryption keys, does not exist. Restore it, or make a new one with: pnpm admin rotate-key`;

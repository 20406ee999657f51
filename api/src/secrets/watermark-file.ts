import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../process/atomic-write.ts";
import type { Watermark } from "./rollback-guard-store.ts";

/** More lineages than one installation goes through. Older ones are dropped. */
const MAX_MARKS = 32;

/**
 * Path of the watermark file: in the folder of the key file, or else among the embedded database's files.
 *
 * @returns undefined with an external database and keys from the environment: there is no place for it.
 */
export function watermarkFile(
  keyFile: string | undefined,
  { databaseUrl, dataDir }: { databaseUrl?: string | undefined; dataDir: string },
): string | undefined {
  if (keyFile !== undefined) return `${keyFile}.last-seen`;
  return databaseUrl ? undefined : join(dataDir, "last-seen");
}

/**
 * Reads the watermarks, by lineage. A missing or damaged file counts as empty; the next check rewrites it.
 *
 * @throws the file system's error when the file exists but can't be read.
 */
export async function readWatermarks(file: string): Promise<Map<string, Watermark>> {
  try {
    const marks: unknown = JSON.parse(await readFile(file, "utf8"));
    return new Map(Array.isArray(marks) ? marks.filter(isWatermark).map((mark) => [mark.lineage, mark]) : []);
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
}

/** Writes the last 32 watermarks in their order. Replicas may share the file. @throws the file system's error. */
export async function writeWatermarks(file: string, marks: ReadonlyMap<string, Watermark>): Promise<void> {
  const text = `${JSON.stringify([...marks.values()].slice(-MAX_MARKS), null, 1)}\n`;
  await writeAtomically(file, text, { isShared: true });
}

function isWatermark(value: unknown): value is Watermark {
  const { lineage, generation, beat, xid } = (value ?? {}) as Record<keyof Watermark, unknown>;
  return typeof lineage === "string" && [generation, beat, xid].every(Number.isSafeInteger);
}

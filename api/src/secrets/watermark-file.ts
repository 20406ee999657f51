import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../process/atomic-write.ts";
import type { Watermark } from "./rollback-guard-store.ts";

/** More lines of history than one installation goes through; older ones are forgotten. */
const MAX_MARKS = 32;

/**
 * Where what was last seen is kept: beside the key file, or else with the embedded database's own files.
 *
 * @returns undefined for an own database with keys from the environment: then there is no place for it.
 */
export function watermarkFile(
  keyFile: string | undefined,
  { databaseUrl, dataDir }: { databaseUrl?: string | undefined; dataDir: string },
): string | undefined {
  if (keyFile !== undefined) return `${keyFile}.last-seen`;
  return databaseUrl ? undefined : join(dataDir, "last-seen");
}

/**
 * What was last seen of the database, by its lineage, kept outside it. A damaged or missing file is no marks: it is
 * written anew with the next look.
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

/** Keeps them, the latest last. */
export async function writeWatermarks(file: string, marks: ReadonlyMap<string, Watermark>): Promise<void> {
  await writeAtomically(file, `${JSON.stringify([...marks.values()].slice(-MAX_MARKS), null, 1)}\n`);
}

function isWatermark(value: unknown): value is Watermark {
  const { lineage, generation, beat, xid } = (value ?? {}) as Record<keyof Watermark, unknown>;
  return typeof lineage === "string" && [generation, beat, xid].every(Number.isSafeInteger);
}

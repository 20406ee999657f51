import type { KeyRing } from "../../crypto/key-ring.ts";
import { connect } from "../../db/client.ts";
import { keysIn, readKeyFile } from "../../key-ring/key-file.ts";
import { StartError } from "../../process/start-error.ts";
import { selfTest } from "../../secrets/self-test.ts";
import type { Installation } from "../installation.ts";
import { type Check, ok, problem } from "./finding.ts";

/** Runs the self-test of the start, over the connection that the servers use. */
export const checkSelfTest: Check = async (installation) => {
  const { databaseUrl, databaseDirectUrl } = installation.config;
  const pooled = databaseUrl && databaseDirectUrl && connect(databaseUrl, 1, { behindPooler: true });
  try {
    const keyRing = await ringOf(installation);
    // Without keys there is a finding of its own.
    if (!keyRing) return [];
    await selfTest({ db: pooled || installation.db, keyRing });
    return [ok("self-test", "A secret was sealed, stored, claimed and opened; nothing of it is left.")];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [problem("self-test", error.message, "Fix this first: until then no server starts.")];
  } finally {
    if (pooled) await pooled.close();
  }
};

async function ringOf({ config, keyFile }: Installation): Promise<KeyRing | undefined> {
  if (keyFile === undefined) return config.keyRing;
  const file = await readKeyFile(keyFile).catch(() => undefined);
  const [active, ...older] = file ? keysIn(file) : [];
  return (
    active && { activeKid: active.kid, keys: new Map([active, ...older].map(({ kid, key }) => [kid, key])) }
  );
}

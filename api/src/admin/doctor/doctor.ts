import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import ipaddr from "ipaddr.js";
import type { Config } from "../../config.ts";
import { connect } from "../../db/client.ts";
import { requireUsablePooler } from "../../db/pooler.ts";
import { keysIn, readKeyFile } from "../../key-ring/key-file.ts";
import type { ServerKey } from "../../key-ring/key-format.ts";
import { keyUse } from "../../key-ring/keys-in-use-store.ts";
import { StartError, startFailure } from "../../process/start-error.ts";
import { type Installation, openInstallation } from "../installation.ts";
import { CommandError, type Result } from "../result.ts";
import { ofCertificates } from "./certificate-checks.ts";
import { ofServer } from "./database-checks.ts";
import { readSecretVitals, readVitals, type Vitals } from "./doctor-store.ts";
import { advice, type Finding, ok, problem } from "./finding.ts";

/** Seconds that the clocks of server and database may differ before times shown in the dashboard look wrong. */
const MAX_SKEW_SECONDS = 2;

/** Days after which a key that nobody rotates is worth a word. */
const OLD_KEY_DAYS = 30;

/** A CIDR of fewer bits than the widest private ranges (10.0.0.0/8, fc00::/7) holds a large part of the world. */
const NARROW_BITS = { ipv4: 8, ipv6: 7 };

/**
 * Looks at everything an operator has to get right, and says what to do about what is not. Changes nothing.
 *
 * @param readConfig throws a ConfigError with every problem.
 */
export async function doctor(
  readConfig: () => Config | Promise<Config>,
  onProgress: (line: string) => void,
): Promise<Result> {
  const findings: Finding[] = [];
  try {
    const config = await readConfig();
    findings.push(ok("configuration", "All settings are valid."), ...ofConfig(config));
    findings.push(...(await ofCertificates(config)));
    const installation = await openInstallation(config, onProgress);
    try {
      findings.push(...(await ofInstallation(installation)));
    } finally {
      await installation.close();
    }
  } catch (error) {
    const isConfig = error instanceof Error && error.name === "ConfigError";
    if (!isConfig && !(error instanceof CommandError)) throw error;
    findings.push(problem(isConfig ? "configuration" : "database", error.message, "Mend this first."));
  }
  findings.push(
    advice(
      "backup",
      "What can't be checked from here: whether there are backups, and where.",
      "See: pnpm admin backup-advice. After a restore or a failover run: pnpm admin destroy-pending",
    ),
  );
  const problems = findings.filter(({ level }) => level === "problem").length;
  const MARKS = { ok: "ok     ", advice: "advice ", problem: "PROBLEM" };
  const lines = findings.flatMap(({ check, level, text, todo }) => [
    `${MARKS[level]}  ${check}: ${text}`,
    ...(todo ? [`         → ${todo}`] : []),
  ]);
  return { lines, json: { ok: problems === 0, findings }, hasProblems: problems > 0 };
}

function ofConfig({ publicUrl, trustedProxies, signUp, rateLimitMultiplier }: Config): Finding[] {
  const isTls = publicUrl.startsWith("https:");
  return [
    isTls
      ? ok("TLS", "PUBLIC_URL is https.")
      : advice(
          "TLS",
          "PUBLIC_URL is plain http on this machine: nobody else can use it.",
          "For others: a TLS proxy in front, and PUBLIC_URL=https://…",
        ),
    ...ofWideProxies(trustedProxies),
    isTls && trustedProxies.length === 0
      ? advice(
          "proxies",
          "TRUSTED_PROXIES is not set: behind a proxy, every audit event and rate limit has the proxy's address.",
          "Set TRUSTED_PROXIES to your proxy's own address, and let it write X-Forwarded-For itself.",
        )
      : ok("proxies", trustedProxies.length > 0 ? "TRUSTED_PROXIES is set." : "No proxy expected."),
    signUp === "open"
      ? advice(
          "sign-up",
          "Anyone who reaches the server may have an account.",
          "Set SIGN_UP=first or closed.",
        )
      : ok("sign-up", `SIGN_UP is ${signUp}.`),
    rateLimitMultiplier === 1
      ? ok("rate limits", "As designed.")
      : advice(
          "rate limits",
          `All limits are multiplied by ${rateLimitMultiplier}, which is for load tests.`,
          "Unset RATE_LIMIT_MULTIPLIER.",
        ),
  ];
}

/** Proxies that anybody can be: then everybody chooses the address that is logged and counted. */
function ofWideProxies(trustedProxies: readonly string[]): Finding[] {
  const wide = trustedProxies.filter((text) => {
    const [network, bits] = ipaddr.parseCIDR(text);
    return bits < NARROW_BITS[network.kind()];
  });
  if (wide.length === 0) return [];
  return [
    problem(
      "proxies",
      `TRUSTED_PROXIES believes ${wide.join(", ")}: anyone there can choose the address that the audit log has, and get around rate limits.`,
      "Name your proxy's own address only.",
    ),
  ];
}

async function ofInstallation(installation: Installation): Promise<Finding[]> {
  const { db, config } = installation;
  const askedAt = Date.now();
  const vitals = await readVitals(db);
  const answeredAt = Date.now();
  const findings = [
    ...ofServer(vitals, new Date(vitals.nowMs)),
    ...ofDurability(vitals),
    vitals.logsParameters && config.databaseUrl
      ? advice(
          "database log",
          "PostgreSQL may log the parameters of statements: session tokens and ciphertexts.",
          "Set log_parameter_max_length = 0, log_parameter_max_length_on_error = 0 and log_min_error_statement = panic.",
        )
      : ok("database log", "No parameters of statements are logged."),
    ofClock(vitals.nowMs, askedAt, answeredAt),
  ];
  if (!(await isMigrated(db.sql))) {
    const todo = "Start the server of this release once; it brings the tables up to date.";
    return [...findings, problem("tables", "They are not those of this release.", todo)];
  }
  return [
    ...findings,
    ok("tables", "They are those of this release."),
    ...(await ofPooler(installation)),
    ...(await ofKeys(installation)),
    ...(await ofSecrets(installation)),
  ];
}

async function ofPooler({ config: { databaseUrl, databaseDirectUrl } }: Installation): Promise<Finding[]> {
  if (!databaseUrl || !databaseDirectUrl) return [];
  const db = connect(databaseUrl, 1, { behindPooler: true });
  try {
    await requireUsablePooler(db, databaseDirectUrl);
    return [ok("pooler", "It leads to the same database and limits what hangs.")];
  } catch (error) {
    const text = error instanceof StartError ? error.message : startFailure(error);
    return [
      problem("pooler", text, "No server can start, and none that runs answers, until this is mended."),
    ];
  } finally {
    await db.close();
  }
}

function ofDurability(vitals: Vitals): Finding[] {
  const { synchronousCommit, synchronousStandbys, fsync, fullPageWrites } = vitals;
  const risk = "after a crash a secret that was shown could be opened again";
  return [
    synchronousCommit === "off"
      ? problem("synchronous_commit", `It is off: ${risk}.`, "Set synchronous_commit = on.")
      : synchronousStandbys !== "" && synchronousCommit === "local"
        ? advice(
            "synchronous_commit",
            "It is local: the synchronous standbys are not waited for, so a failover may lose destructions.",
            "Set synchronous_commit = on.",
          )
        : ok("synchronous_commit", `It is ${synchronousCommit}.`),
    fsync === "on" && fullPageWrites === "on"
      ? ok("fsync", "fsync and full_page_writes are on.")
      : problem("fsync", `fsync or full_page_writes is off: ${risk}.`, "Set both to on."),
  ];
}

function ofClock(databaseMs: number, askedAt: number, answeredAt: number): Finding {
  // The database read its clock somewhere between the two.
  const skew = Math.max(askedAt - databaseMs, databaseMs - answeredAt, 0) / 1000;
  return skew > MAX_SKEW_SECONDS
    ? advice(
        "clocks",
        `This machine's clock and the database's differ by ${skew.toFixed(1)} s. Expiry goes by the database's alone; times shown may look wrong.`,
        "Keep both machines' clocks right (NTP).",
      )
    : ok("clocks", "This machine's clock and the database's agree.");
}

async function ofKeys({ db, config, keyFile }: Installation): Promise<Finding[]> {
  const check = "encryption keys";
  let keys: readonly Pick<ServerKey, "kid" | "addedAt">[];
  try {
    const file = keyFile === undefined ? undefined : await readKeyFile(keyFile);
    if (keyFile !== undefined && !file) {
      return [problem(check, `${keyFile} does not exist.`, "Restore it, or make one: pnpm admin rotate-key")];
    }
    keys = file
      ? keysIn(file)
      : [...(config.keyRing?.keys.keys() ?? [])].map((kid) => ({ kid, addedAt: undefined }));
    file?.bytes.fill(0);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [problem(check, error.message, "No secret can be made or opened until this is mended.")];
  }
  const { now, kidsInUse } = await keyUse(db);
  const missing = [...kidsInUse].filter((kid) => !keys.some((key) => key.kid === kid));
  return [
    ofAge(keys[0], now, config, keyFile),
    missing.length > 0
      ? problem(
          check,
          `Pending secrets need keys that are not there: ${missing.join(", ")}. They can't be opened.`,
          "Put these keys back, or let the secrets expire; nothing consumes them meanwhile.",
        )
      : ok(check, "Every pending secret's key is there."),
  ];
}

function ofAge(
  active: Pick<ServerKey, "kid" | "addedAt"> | undefined,
  now: Date,
  { keyRotation }: Config,
  keyFile: string | undefined,
): Finding {
  const check = "key age";
  const todo = keyFile ? "Run: pnpm admin rotate-key" : "Keep the keys in a file: ENCRYPTION_KEYS_FILE";
  if (!active?.addedAt) {
    return advice(check, `Nobody knows how old the active key (${active?.kid ?? "none"}) is.`, todo);
  }
  const hours = (now.getTime() - active.addedAt.getTime()) / 3_600_000;
  const text = `The active key (${active.kid}) is ${hours.toFixed(1)} hours old.`;
  if (keyRotation === "daily" && hours > 48) {
    return problem(
      check,
      `${text} It should be replaced daily: no server seems to do it.`,
      "Start the server, or see its log.",
    );
  }
  return keyRotation === "manual" && hours > OLD_KEY_DAYS * 24 ? advice(check, text, todo) : ok(check, text);
}

async function ofSecrets({ db, config }: Installation): Promise<Finding[]> {
  const { sweepLagSeconds, strays } = await readSecretVitals(db);
  const isLate = (sweepLagSeconds ?? 0) > 3 * config.sweepIntervalSeconds;
  return [
    isLate
      ? problem(
          "sweep",
          `A secret that expired ${Math.round(sweepLagSeconds ?? 0)} s ago is still stored (it can't be opened): no server sweeps.`,
          "Start the server, see its log, or run: pnpm admin sweep-now",
        )
      : ok("sweep", "Nothing expired is left lying."),
    strays > 0
      ? problem(
          "failover or restore",
          `${strays} pending secrets were stored before one. They can't be opened any more.`,
          "Run: pnpm admin destroy-pending --strays",
        )
      : ok("failover or restore", "No pending secret is from before one."),
  ];
}

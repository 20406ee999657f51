import { Variable, variables } from "./config-variables.ts";
import { MAKE_A_KEY } from "./key-ring/key-format.ts";
import { isLoopback, leadsToPooler } from "./shared/env-schemas.ts";

/** The environment variables are unusable. The message lists every problem and how to fix it. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Values of the variables, in the shape of `variables`. */
type ValuesOf<Group> = {
  readonly [Key in keyof Group]: Group[Key] extends Variable<infer Value> ? Value : ValuesOf<Group[Key]>;
};

/** A group of variables, or of their values: a name leads to one of them or to a group. */
type Tree = { readonly [key: string]: unknown };

/** The validated configuration. The embedded database generates keys that are missing. */
export type Config = Readonly<ReturnType<typeof parseConfig>>;

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @throws ConfigError that lists every problem at once and repeats no value.
 */
export function parseConfig(env: Environment) {
  const problems: string[] = [];
  const values = readGroup(variables, env, problems) as ValuesOf<typeof variables>;
  problems.push(...conflicts(values, env));
  if (problems.length > 0) {
    throw new ConfigError(
      `The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  const { endpoint, disabled, serviceName, sampler, ratio } = values.openTelemetry;
  const publicUrl = values.publicUrl ?? `http://localhost:${values.port}`;
  return Object.freeze({
    ...values,
    publicUrl,
    isPublic: isPublic(values),
    revealUrl: values.revealUrl ?? publicUrl,
    keyRotation: values.keyRotation ?? (values.databaseUrl ? "manual" : "daily"),
    tracing: endpoint && disabled !== "true" ? { serviceName, sampler, ratio } : undefined,
  });
}

/** The effective configuration by variable name, for the log. Of a secret it says only whether it is set. */
export function effectiveConfig(config: Config): Record<string, string | number | string[]> {
  return Object.fromEntries(
    variablesIn(variables, config).map(([variable, value]) => {
      if (value === undefined) return [variable.name, "unset"];
      const isPlain = ["string", "number"].includes(typeof value) || Array.isArray(value);
      return [variable.name, variable.isSecret || !isPlain ? "set" : (value as string | number | string[])];
    }),
  );
}

/** The variables as a Markdown table, for api/CONFIGURATION.md. */
export function configTable(): string {
  const rows = variablesIn(variables, {}).map(
    ([{ name, fallback, description }]) => `| \`${name}\` | ${fallback} | ${description} |`,
  );
  return ["| variable | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Values of a group's variables; what is wrong with them is added to `problems`, `undefined` takes their place. */
function readGroup(group: Tree, env: Environment, problems: string[]): Tree {
  const read = (item: unknown) => {
    if (!(item instanceof Variable)) return readGroup(item as Tree, env, problems);
    const { data, error } = item.schema.safeParse(env[item.name]?.trim() || undefined);
    problems.push(...(error?.issues ?? []).map(({ message }) => `${item.name} ${message}`));
    return data;
  };
  return Object.fromEntries(Object.entries(group).map(([key, item]) => [key, read(item)]));
}

/** Every variable of a group and its groups, in order, with its value. */
function variablesIn(group: Tree, values: Tree): [Variable, unknown][] {
  return Object.entries(group).flatMap(([key, item]): [Variable, unknown][] =>
    item instanceof Variable ? [[item, values[key]]] : variablesIn(item as Tree, (values[key] ?? {}) as Tree),
  );
}

/** Problems of variables that are valid by themselves but not together. Unset and invalid ones read as undefined. */
function conflicts(values: ValuesOf<typeof variables>, env: Environment): string[] {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const problems: string[] = [];
  if (isSet("DATABASE_URL")) {
    if (!isSet("ENCRYPTION_KEYS") && !isSet("ENCRYPTION_KEYS_FILE")) {
      problems.push(
        `ENCRYPTION_KEYS must be set when DATABASE_URL is; better, set ENCRYPTION_KEYS_FILE and KEY_ROTATION=daily, and the server creates the file; ${MAKE_A_KEY}`,
      );
    }
    if (!isSet("AUTH_SECRET")) problems.push(`AUTH_SECRET must be set when DATABASE_URL is; ${MAKE_A_KEY}`);
  }
  if (isSet("DATABASE_DIRECT_URL") && !isSet("DATABASE_URL")) {
    problems.push(
      "DATABASE_DIRECT_URL is set without DATABASE_URL; without a pooler, set DATABASE_URL alone",
    );
  }
  if (values.databaseUrl && !isSet("DATABASE_DIRECT_URL") && leadsToPooler(values.databaseUrl)) {
    problems.push(
      "DATABASE_URL has the parameter pgbouncer=true, so it leads to a pooler; set DATABASE_DIRECT_URL to the database itself",
    );
  }
  if (values.databaseDirectUrl && leadsToPooler(values.databaseDirectUrl)) {
    problems.push(
      "DATABASE_DIRECT_URL has the parameter pgbouncer=true; it must lead to the database itself, past the pooler",
    );
  }
  if (values.port !== undefined && values.metricsPort === values.port) {
    problems.push("METRICS_PORT must differ from PORT");
  }
  if (isSet("ENCRYPTION_KEYS") && isSet("ENCRYPTION_KEYS_FILE")) {
    problems.push(
      "ENCRYPTION_KEYS and ENCRYPTION_KEYS_FILE are both set; put all keys in the file, or unset it",
    );
  }
  if (isSet("ENCRYPTION_KEYS") && values.keyRotation === "daily") {
    problems.push(
      "KEY_ROTATION=daily can't change ENCRYPTION_KEYS; put the keys in a file and set ENCRYPTION_KEYS_FILE",
    );
  }
  if (values.signUp === "open" && !values.publicSignUp && isPublic(values)) {
    problems.push(
      "SIGN_UP=open lets anyone on the network create an account; set PUBLIC_SIGN_UP=yes to allow that, or SIGN_UP=first",
    );
  }
  return problems;
}

/** Whether other machines can reach the server, directly or through a proxy. */
function isPublic({ host, publicUrl }: Pick<ValuesOf<typeof variables>, "host" | "publicUrl">): boolean {
  return !isLoopback(host) || (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname));
}

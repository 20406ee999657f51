import postgres from "postgres";
import { newPassword, SUPERUSER } from "./cluster.ts";

/** Name of the application's database and of the role that owns it. */
const NAME = "ttl_secrets";

/**
 * URL of the application's database on a running server, for a second process. Only the process that owns the server knows
 * the role's password, so the URL has the superuser's and switches to the role.
 */
export function urlOfRunning(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${NAME}?role=${NAME}`;
}

/**
 * Creates the application's database and role if missing, and returns the URL to connect with.
 *
 * The role may create databases (the tests do) but is not a superuser, so a flaw in the app does not reach the server's
 * files. Its password is new at every start and is stored nowhere.
 *
 * @param port of the server on 127.0.0.1.
 * @param password the superuser's.
 * @returns `postgres://…@127.0.0.1:<port>/ttl_secrets`
 * @throws Error if the server refuses the password.
 */
export async function openDatabase(port: number, password: string): Promise<string> {
  const sql = postgres({
    host: "127.0.0.1",
    port,
    user: SUPERUSER,
    password,
    database: "postgres",
    ssl: false,
    max: 1,
    fetch_types: false,
    onnotice: () => {},
  });
  try {
    const [found] = await sql<[{ role: boolean; database: boolean }]>`
      SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${NAME}) AS role,
             EXISTS (SELECT FROM pg_database WHERE datname = ${NAME}) AS database`;
    const fresh = newPassword();
    // Both names and the password consist of letters, digits, "-" and "_".
    await sql.unsafe(`${found.role ? "ALTER" : "CREATE"} ROLE ${NAME} LOGIN CREATEDB PASSWORD '${fresh}'`);
    if (!found.database) await sql.unsafe(`CREATE DATABASE ${NAME} OWNER ${NAME}`);
    return `postgres://${NAME}:${fresh}@127.0.0.1:${port}/${NAME}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

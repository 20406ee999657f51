import postgres from "postgres";
import { newPassword, SUPERUSER } from "./cluster.ts";

/** The application's database, and the role that owns it. */
const NAME = "ttl_secrets";

/**
 * The URL by which a second process gets to the application's database on a server that runs already. The role's own
 * password is known to the server's owner only, so this is the superuser's, who acts as the role.
 */
export function urlOfRunning(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${NAME}?role=${NAME}`;
}

/**
 * Makes the application's database and role where they are missing, and opens them to the bearer of the returned URL.
 *
 * The role may make databases (the tests do) but is no superuser, so a flaw in the app does not reach the server's
 * files. Its password is new at every start and is kept nowhere.
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

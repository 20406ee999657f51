import { ACCEPT_UNSYNCED } from "../src/db/durability.ts";

/** Settings of a PostgreSQL server whose data may be lost in a power cut. The product refuses such a server otherwise. */
export const UNSYNCED: Record<string, string> = {
  fsync: "off",
  full_page_writes: "off",
  [ACCEPT_UNSYNCED]: "on",
};

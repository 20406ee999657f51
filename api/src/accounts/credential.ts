/** What somebody has shown to be let in: a session of a member's, or an API key. */
export type Credential = { kind: "session"; id: string; userId: string } | { kind: "api-key"; id: string };

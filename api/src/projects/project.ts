/** A named group of TTL secrets in a vault. */
export interface Project {
  id: string;
  name: string;
  createdAt: Date;
  /** How many of its TTL secrets can still be opened. */
  pendingTtlSecretCount: number;
}

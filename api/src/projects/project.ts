/** A named group of TTL secrets in a vault. */
export interface Project {
  id: string;
  name: string;
  createdAt: Date;
  /** Number of its TTL secrets that can still be opened. */
  pendingTtlSecretCount: number;
}

/** What a link carries: whose vault, and which secret. */
export interface Link {
  readonly vaultId: string;
  readonly token: string;
}

const LINK_PATH = /^\/(vault_[A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{22})\/?$/;

/** Reads a link from the page's path; null when it cannot be one, so that no request is wasted on it. */
export function parseLink(pathname: string): Link | null {
  const [, vaultId, token] = LINK_PATH.exec(pathname) ?? [];
  return vaultId && token ? { vaultId, token } : null;
}

/** Content of a link: the vault and the secret's token. */
export interface Link {
  readonly vaultId: string;
  readonly token: string;
}

const LINK_PATH = /^\/(vault_[A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{22})\/?$/;

/** Parses a link from the page's path. Null if it can't be one, which saves a request. */
export function parseLink(pathname: string): Link | null {
  const [, vaultId, token] = LINK_PATH.exec(pathname) ?? [];
  return vaultId && token ? { vaultId, token } : null;
}

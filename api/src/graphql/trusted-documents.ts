import {
  defaultExtractPersistedOperationId as hashIn,
  usePersistedOperations,
} from "@graphql-yoga/plugin-persisted-operations";
import { parse } from "graphql";
import type { Plugin } from "graphql-yoga";
import ownDocuments from "./trusted-documents.json" with { type: "json" };

/**
 * Runs the documents of our own apps by their hash (`extensions.persistedQuery.sha256Hash`). They are parsed when the
 * server starts and not validated per request: a test validates each against the schema and the limits.
 *
 * Our apps send the text as well, which a server of another release runs when it does not know the hash. No other
 * document is kept, not even its hash: a client may have written a value or a passphrase into it.
 *
 * Must be the first plugin, so that no other one parses or validates before it.
 *
 * @param texts documents by their SHA-256 in hex.
 */
export function trustedDocuments(texts: Record<string, string> = ownDocuments): Plugin {
  const documents = new Map(Object.entries(texts).map(([hash, text]) => [hash, parse(text)]));
  const plugin = usePersistedOperations({
    getPersistedOperation: (hash) => documents.get(hash) ?? null,
    allowArbitraryOperations: true,
    skipDocumentValidation: true,
  });
  return {
    ...plugin,
    // The library looks at the hash only where there is no text, and refuses a request that has neither by itself.
    onParams(payload) {
      const hash = hashIn(payload.params, payload.request, payload.context);
      if (hash === null || !documents.has(hash)) return undefined;
      const { query: _text, ...params } = payload.params;
      return plugin.onParams?.({ ...payload, params });
    },
  };
}

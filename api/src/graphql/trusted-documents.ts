import type { DocumentNode } from "graphql";
import type { Plugin } from "graphql-yoga";
import texts from "./trusted-documents.json" with { type: "json" };

/**
 * Parses and validates the documents of our own apps, and of the example of an integration, once each. No other document is
 * kept, not even its hash: a client may have written a value or a passphrase into it.
 *
 * Has to come first: what comes after it is not asked about a document that was found valid before.
 *
 * @param kept where they are kept, for tests.
 */
export function trustedDocuments(kept = new Map<string, DocumentNode>()): Plugin {
  const known = new Set(texts);
  const valid = new WeakSet<DocumentNode>();
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const text = String(source);
      const document = kept.get(text);
      if (document) {
        setParsedDocument(document);
        return;
      }
      if (!known.has(text)) return;
      return ({ result }) => {
        if (result && !(result instanceof Error)) kept.set(text, result);
      };
    },
    onValidate({ params: { documentAST }, setResult }) {
      if (valid.has(documentAST)) {
        setResult([]);
        return;
      }
      return ({ valid: isValid }) => {
        // Of any other document nothing is to be left but itself, for as long as its request needs it.
        if (isValid && documentAST.loc && known.has(documentAST.loc.source.body)) valid.add(documentAST);
      };
    },
  };
}

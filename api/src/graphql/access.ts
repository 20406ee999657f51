import { type DocumentNode, TokenKind } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../shared/errors.ts";
import type { Context } from "./context.ts";
import { refusedDocument } from "./refused-document.ts";
import { requestedFields } from "./root-fields.ts";

/** Fields that need no credential. `viewer` is null without one. */
const PUBLIC_FIELDS = new Set(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"]);

/**
 * Maximum size of a document without a credential, so that parsing and validating it costs little more than an honest one
 * (`pnpm bench:security`). The recipient page's has 200 characters and 50 tokens; all fields of `viewer` take 100 tokens.
 */
const MAX_ANONYMOUS = { characters: 2000, tokens: 200 };

/**
 * Decides, before a document is validated, what a request without a credential may select: one public field in a short
 * document, and no introspection. Everything else needs a verified session or API key.
 */
export function accessPolicy(): Plugin<Context> {
  return {
    onParse({ context: { isStranger }, params: { source } }) {
      if (isStranger && source.toString().length > MAX_ANONYMOUS.characters) throw unauthenticated();
    },
    onValidate({ context: { isStranger, params }, params: { documentAST }, setResult }) {
      if (isStranger && !isPublic(documentAST, params?.operationName)) setResult([unauthenticated()]);
    },
  };
}

const unauthenticated = () => refusedDocument(new AppError("UNAUTHENTICATED", "Sign in first."), 200);

function isPublic(document: DocumentNode, operationName?: string | null): boolean {
  const { fields = [] } = requestedFields({ document, operationName }) ?? {};
  return (
    fields.length === 1 && fields.every(({ name }) => PUBLIC_FIELDS.has(name.value)) && isShort(document)
  );
}

function isShort({ loc }: DocumentNode): boolean {
  let tokens = 0;
  for (let token = loc?.startToken.next; token && token.kind !== TokenKind.EOF; token = token.next) {
    if (++tokens > MAX_ANONYMOUS.tokens) return false;
  }
  return true;
}

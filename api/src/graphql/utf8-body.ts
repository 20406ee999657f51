import { isUtf8 } from "node:buffer";
import { GraphQLError } from "graphql";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import { notUtf8 } from "../shared/errors.ts";
import { refusedDocument } from "./refused-document.ts";

/**
 * Parses bodies as JSON in UTF-8, the only encoding of JSON (RFC 8259 §8.1), and refuses any other. Yoga's own parser
 * replaces malformed bytes by U+FFFD, so a value in Latin-1 would be stored damaged.
 */
export function utf8Body(): Plugin {
  return { onRequestParse: ({ setRequestParser }) => setRequestParser(parseBody) };
}

async function parseBody(request: Request): Promise<GraphQLParams> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (!isUtf8(bytes)) throw refusedDocument(notUtf8(), 400);
  const params = parseJson(bytes);
  if (typeof params !== "object" || params === null) throw new GraphQLError("The body is no JSON object.");
  return params;
}

function parseJson(bytes: Buffer): unknown {
  try {
    // Unlike `toString`, this drops a byte-order mark.
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Without the original message, which quotes the body.
    throw new GraphQLError("The body is not JSON.");
  }
}

import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  Kind,
  OperationTypeNode,
  parse,
} from "graphql";
import { streamResults } from "../api/graphql-stream.ts";
import { postJson } from "../api/http.ts";

/** Response as text for display. */
export interface Answer {
  status: number;
  text: string;
}

/**
 * Runs a document as the signed-in member. Document and response may contain secrets, so both stay in memory.
 *
 * @throws SyntaxError if the variables are not a JSON object; ApiError `UNREACHABLE`.
 */
export async function runDocument(query: string, variables: string): Promise<Answer> {
  const response = await postJson("/graphql", { query, variables: readVariables(variables) });
  const text = await response.text();
  return { status: response.status, text: readable(text) };
}

/**
 * Runs a subscription until it ends. `event` receives each result, errors included.
 *
 * @throws as `runDocument`; `UNREACHABLE` also if the stream breaks off.
 */
export async function followDocument(
  query: string,
  variables: string,
  on: { open: () => void; event: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  for await (const result of streamResults({ query }, readVariables(variables), on)) {
    on.event(JSON.stringify(result, null, 2));
  }
}

/** Whether a document is a subscription. False for one that doesn't parse; the server reports the syntax error. */
export function isSubscription(document: string): boolean {
  try {
    return parse(document).definitions.some(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        definition.operation === OperationTypeNode.SUBSCRIPTION,
    );
  } catch {
    return false;
  }
}

/** Fetches the API's schema with its descriptions. */
export async function loadSchema(): Promise<GraphQLSchema> {
  const response = await postJson("/graphql", {
    query: getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  return buildClientSchema(data);
}

/** Parses the variables field. Empty if the field is blank. */
function readVariables(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  const read: unknown = JSON.parse(text);
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw new SyntaxError("no object");
  return read as Record<string, unknown>;
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

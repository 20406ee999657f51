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

/** What came back, to be read by a person. */
export interface Answer {
  status: number;
  text: string;
}

/**
 * Sends a document as it was typed, as the signed-in member. What it holds and what comes back may be a secret, so
 * both stay in this page's memory.
 *
 * @throws SyntaxError when the variables are no JSON object; ApiError `UNREACHABLE`.
 */
export async function runDocument(query: string, variables: string): Promise<Answer> {
  const response = await postJson("/graphql", { query, variables: readVariables(variables) });
  const text = await response.text();
  return { status: response.status, text: readable(text) };
}

/**
 * Follows a subscription as it was typed, until it ends; `event` gets each result, refusals included.
 *
 * @throws as `runDocument`; `UNREACHABLE` also when the stream breaks off.
 */
export async function followDocument(
  query: string,
  variables: string,
  on: { open: () => void; event: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  for await (const result of streamResults(query, readVariables(variables), on)) {
    on.event(JSON.stringify(result, null, 2));
  }
}

/** Whether a document asks to follow something. One that can't be read doesn't; the server says what is wrong with it. */
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

/** Asks the API for its schema, descriptions and all. */
export async function loadSchema(): Promise<GraphQLSchema> {
  const response = await postJson("/graphql", {
    query: getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  return buildClientSchema(data);
}

/** The variables as they were typed; none when the field is blank. */
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

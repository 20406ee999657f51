import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from "graphql";
import { postJson } from "../shared/http.ts";

/** What came back, to be read by a person. */
export interface Answer {
  status: number;
  text: string;
}

/**
 * Sends a document as it was typed, as the signed-in member. What it holds and what comes back may be a secret, so
 * both stay in this page's memory.
 *
 * @throws SyntaxError when the variables are no JSON; ApiError `UNREACHABLE`.
 */
export async function runDocument(query: string, variables: string): Promise<Answer> {
  const body = { query, ...(variables.trim() && { variables: JSON.parse(variables) as unknown }) };
  const response = await postJson("/graphql", body);
  const text = await response.text();
  return { status: response.status, text: readable(text) };
}

/** Asks the API for its schema, descriptions and all. */
export async function loadSchema(): Promise<GraphQLSchema> {
  const response = await postJson("/graphql", {
    query: getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
  });
  const { data } = (await response.json()) as { data: IntrospectionQuery };
  return buildClientSchema(data);
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

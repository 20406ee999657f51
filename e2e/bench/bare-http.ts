/** Node's HTTP server at its fastest: reads the request and sends fixed bytes. Runs as a worker. */

import { createServer, type IncomingMessage } from "node:http";
import { execute, parse, validate } from "graphql";
import type { Context } from "../../api/src/graphql/context.ts";
import { schema } from "../../api/src/graphql/schema.ts";

/** A response to replay. */
export interface FixedAnswer {
  headers: [name: string, value: string | string[]][];
  /** One character per byte, so that it survives a message between processes. */
  body: string;
}

/** Answers every request with this response. Returns the port. */
export function serveFixed({ headers, body }: FixedAnswer): Promise<number> {
  const bytes = Buffer.from(body, "latin1");
  return listen(async () => ({ headers, bytes }));
}

/** The same, but graphql-js produces the body: no limits, access rules or log. Returns the port. */
export function serveGraphql(headers: FixedAnswer["headers"]): Promise<number> {
  const context: Pick<Context, "principal"> = { principal: async () => null };
  return listen(async (request) => {
    const { query, variables } = JSON.parse(request);
    const document = parse(query);
    const errors = validate(schema, document);
    const result =
      errors.length > 0
        ? { errors }
        : await execute({ schema, document, variableValues: variables, contextValue: context });
    return { headers, bytes: Buffer.from(JSON.stringify(result)) };
  });
}

type Answer = Pick<FixedAnswer, "headers"> & { bytes: Buffer };

function listen(answer: (body: string) => Promise<Answer>): Promise<number> {
  const server = createServer(async (request, response) => {
    const { headers, bytes } = await answer(await textOf(request));
    for (const [name, value] of headers) response.setHeader(name, value);
    response.end(bytes);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}

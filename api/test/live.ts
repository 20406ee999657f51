import { onTestFinished } from "vitest";
import type { Endpoint } from "./app.ts";
import type { Answer, Sender } from "./factories.ts";

/** A secret in a stream's event. */
interface StreamedSecret {
  id: string;
  name: string;
  status: string;
  destroyedReason: string | null;
  changedAt: string;
}

/** An open stream, read over HTTP event by event, as an integration does. */
export interface OpenStream {
  response: Response;
  /** Result of the next event; undefined at the end of the stream. Rejects if the stream broke off. */
  next: () => Promise<Answer | undefined>;
  /** Reads until an event satisfies the condition, and returns its secret. */
  until: (condition: (secret: StreamedSecret) => boolean) => Promise<StreamedSecret>;
  /** Reads to the end. Returns the error code that the stream ended with, if any. */
  end: () => Promise<string | undefined>;
  /** Disconnects, as a closed tab does. */
  close: () => void;
}

interface StreamOptions {
  cookie?: string;
  headers?: Record<string, string>;
}

const DOCUMENT = `subscription ($projectId: ID!, $since: DateTime) {
  ttlSecretChanged(projectId: $projectId, since: $since) { id name status destroyedReason changedAt }
}`;

/** Subscribes to the sender's project until the test ends. */
export function follow(
  app: Endpoint,
  { projectId, cookie }: Pick<Sender, "projectId" | "cookie">,
  { since, ...options }: StreamOptions & { since?: string } = {},
): Promise<OpenStream> {
  return openStream(app, DOCUMENT, { projectId, since: since ?? null }, { cookie, ...options });
}

/** The first result of a subscription: its first event or its error. */
export async function firstEvent(
  app: Endpoint,
  query: string,
  variables: unknown,
  options: StreamOptions = {},
): Promise<Answer> {
  const stream = await openStream(app, query, variables, options);
  const answer = await stream.next();
  stream.close();
  if (!answer) throw new Error("the stream ended without an event");
  return answer;
}

async function openStream(
  app: Endpoint,
  query: string,
  variables: unknown,
  { cookie, headers }: StreamOptions,
): Promise<OpenStream> {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  const response = await app.request("/graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(cookie && { cookie }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: gone.signal,
  });
  const events = readEvents(response);
  const next = async () => (await events.next()).value as Answer | undefined;
  const until: OpenStream["until"] = async (condition) => {
    for (;;) {
      const answer = await next();
      if (!answer?.data) throw new Error(`the stream ended: ${JSON.stringify(answer?.errors)}`);
      const secret: StreamedSecret = answer.data.ttlSecretChanged;
      if (condition(secret)) return secret;
    }
  };
  const end = async () => {
    let last: Answer | undefined;
    for (let answer = await next(); answer; answer = await next()) last = answer;
    return last?.errors?.[0]?.extensions.code;
  };
  return { response, next, until, end, close: () => gone.abort() };
}

/** The results in a response's events, until its `complete` event. */
async function* readEvents(response: Response): AsyncGenerator<Answer, undefined> {
  if (response.headers.get("content-type")?.startsWith("application/json")) {
    // An error from before GraphQL.
    yield (await response.json()) as Answer;
    return undefined;
  }
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      if (/^event: complete$/m.test(event)) return undefined;
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
  throw new Error("the stream broke off");
}

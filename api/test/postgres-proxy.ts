import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Message, MessageSplitter, textsOf } from "./postgres-messages.ts";

/** A statement of the product, identified by a part of its text. */
export interface Statement {
  text: RegExp;
  /** An earlier statement of the same transaction, which distinguishes one COMMIT from another. */
  afterStatement?: RegExp;
}

/** A connection that is held before a statement is sent. */
export interface Held {
  /** The server process of the connection. */
  pid: number;
  /** Sends the statement, but holds its response. */
  send: () => void;
  /** Resolves after the server's whole response, so a statement that ends a transaction has committed. */
  answered: Promise<void>;
  /** Resumes the connection: passes on what was held, if both ends are still open. */
  release: () => void;
  /** Cuts the connection at both ends. */
  cut: () => void;
  /** Resolves after either end has closed the connection. */
  closed: Promise<void>;
}

interface Trap {
  statement: Statement;
  spring: (held: Held) => void;
}

/** Takes the trap for this statement, given the earlier ones of its transaction, if one is set. */
type TakeTrap = (sql: string, transaction: readonly string[]) => Trap | undefined;

/**
 * A proxy between the API and PostgreSQL that can stop a connection at any statement. So tests inject faults at exact points
 * without hooks in the product.
 */
export class PostgresProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #trap: Trap | undefined;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    const address = server.address();
    this.port = typeof address === "object" && address ? address.port : 0;
    server.on("connection", (client) => {
      const link = new Link(client, targetPort, (sql, transaction) => this.#take(sql, transaction));
      this.#links.add(link);
      void link.closed.then(() => this.#links.delete(link));
    });
  }

  /** Listens on a free port of 127.0.0.1 for the server at `targetPort`. */
  static async start(targetPort: number): Promise<PostgresProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PostgresProxy(server, targetPort);
  }

  /** Holds the next connection that is about to send this statement; one at a time. */
  hold(statement: Statement): Promise<Held> {
    return new Promise((resolve) => {
      this.#trap = { statement, spring: resolve };
    });
  }

  async stop(): Promise<void> {
    for (const link of this.#links) link.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(sql: string, transaction: readonly string[]): Trap | undefined {
    const trap = this.#trap;
    if (!trap?.statement.text.test(sql)) return undefined;
    const { afterStatement } = trap.statement;
    if (afterStatement && !transaction.some((earlier) => afterStatement.test(earlier))) return undefined;
    this.#trap = undefined;
    return trap;
  }
}

/** One connection of the API, paired with its connection to the server. */
class Link {
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #take: TakeTrap;
  readonly #statements = new Map<string, string>();
  #transaction: string[] = [];
  #pid = 0;
  /** Requests sent (ended by a Sync, or a Query) and complete responses received (ended by a ReadyForQuery). */
  #asked = 0;
  #answered = 0;
  /** Sent by the client while held. */
  #unsent: Message[] | undefined;
  /** Sent by the server while its responses are held, and the number of complete responses to wait for. */
  #unanswered: { messages: Message[]; completeAt: number; onComplete: () => void } | undefined;

  constructor(client: Socket, targetPort: number, take: TakeTrap) {
    this.#client = client;
    this.#server = connect(targetPort, "127.0.0.1");
    this.#take = take;
    this.closed = Promise.race([client, this.#server].map((socket) => closing(socket)));
    const fromClient = new MessageSplitter("client");
    const fromServer = new MessageSplitter("server");
    client.on("data", (chunk) =>
      together(this.#server, () => {
        for (const message of fromClient.push(chunk)) this.#onRequest(message);
      }),
    );
    this.#server.on("data", (chunk) =>
      together(client, () => {
        for (const message of fromServer.push(chunk)) this.#onAnswer(message);
      }),
    );
    client.on("close", () => this.#server.destroy());
    // A held response was already on its way.
    this.#server.on("close", () => this.#unanswered ?? client.end());
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #onRequest(message: Message): void {
    if (message.type === "P") {
      const [name = "", sql = ""] = textsOf(message, 2);
      this.#statements.set(name, sql);
    }
    if (this.#unsent) {
      this.#unsent.push(message);
      return;
    }
    const trap = this.#watch(message);
    if (trap) {
      this.#unsent = [message];
      trap.spring(this.#held());
      return;
    }
    this.#send(message);
  }

  /** Tracks the state of the connection. @returns the trap that this message triggers, if any. */
  #watch(message: Message): Trap | undefined {
    const sql = this.#executed(message);
    if (sql === undefined) return undefined;
    const trap = this.#take(sql, this.#transaction);
    if (/^\s*begin/i.test(sql)) this.#transaction = [];
    else this.#transaction.push(sql);
    return trap;
  }

  /** The statement that this message executes: a Bind of a prepared one, or a simple Query. */
  #executed(message: Message): string | undefined {
    if (message.type === "Q") return textsOf(message, 1)[0];
    if (message.type === "B") return this.#statements.get(textsOf(message, 2)[1] ?? "");
    return undefined;
  }

  #send({ type, bytes }: Message): void {
    if (type === "S" || type === "Q") this.#asked++;
    this.#server.write(bytes);
  }

  #onAnswer(message: Message): void {
    if (message.type === "K") this.#pid = message.bytes.readUInt32BE(5);
    // The response to the startup message belongs to no request.
    if (message.type === "Z" && this.#asked > 0) this.#answered++;
    if (!this.#unanswered) {
      this.#client.write(message.bytes);
      return;
    }
    this.#unanswered.messages.push(message);
    if (message.type === "Z" && this.#answered === this.#unanswered.completeAt) this.#unanswered.onComplete();
  }

  #held(): Held {
    const { promise: answered, resolve: onComplete } = Promise.withResolvers<void>();
    return {
      pid: this.#pid,
      send: () => {
        this.#unanswered = { messages: [], completeAt: this.#asked + 1, onComplete };
        this.#sendOn();
      },
      answered,
      release: () => {
        this.#sendOn();
        this.#answerOn();
      },
      cut: () => this.cut(),
      closed: this.closed,
    };
  }

  #sendOn(): void {
    const messages = this.#unsent ?? [];
    this.#unsent = undefined;
    together(this.#server, () => {
      for (const message of messages) this.#send(message);
    });
  }

  #answerOn(): void {
    const messages = this.#unanswered?.messages ?? [];
    this.#unanswered = undefined;
    together(this.#client, () => {
      for (const { bytes } of messages) this.#client.write(bytes);
    });
    if (this.#server.destroyed) this.#client.end();
  }
}

/** Resolves when the socket has closed, with or without an error. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

/** Writes messages that arrived together in one piece, as they were sent. */
function together(socket: Socket, write: () => void): void {
  socket.cork();
  write();
  socket.uncork();
}

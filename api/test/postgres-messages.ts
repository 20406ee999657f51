/** Stands for the type of a client's first message, the only one without a type in PostgreSQL's protocol. */
const STARTUP = "startup";

/** One complete protocol message. */
export interface Message {
  /** Its one-letter type. */
  type: string;
  bytes: Buffer;
}

/** Splits one direction of a connection into messages (PostgreSQL documentation, "Frontend/Backend Protocol"). */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #expectsStartup: boolean;

  constructor(from: "client" | "server") {
    this.#expectsStartup = from === "client";
  }

  /** The messages that this chunk completes. */
  *push(chunk: Buffer): Generator<Message> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const typeLength = this.#expectsStartup ? 0 : 1;
      if (this.#rest.length < typeLength + 4) return;
      const length = typeLength + this.#rest.readUInt32BE(typeLength);
      if (this.#rest.length < length) return;
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      yield { type: this.#expectsStartup ? STARTUP : bytes.toString("latin1", 0, 1), bytes };
      this.#expectsStartup = false;
    }
  }
}

/** The zero-terminated strings at the start of a message. */
export function textsOf({ bytes }: Message, count: number): string[] {
  const texts: string[] = [];
  let start = 5;
  while (texts.length < count) {
    const end = bytes.indexOf(0, start);
    texts.push(bytes.toString("utf8", start, end));
    start = end + 1;
  }
  return texts;
}

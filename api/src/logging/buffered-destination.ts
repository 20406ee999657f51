import { type DestinationStream, pino } from "pino";

/** Its file descriptor. */
export const STDERR = 2;

/** Where the server's log goes: JSON lines on stderr, or lines for people where that is a terminal. */
export async function logDestination(): Promise<DestinationStream> {
  if (!process.stderr.isTTY) return bufferedDestination(STDERR);
  const { default: pretty } = await import("pino-pretty");
  return pretty({ destination: STDERR, sync: true, translateTime: "SYS:HH:MM:ss.l" });
}

/** Pino's number for the level of everyday lines. */
const INFO = 30;

/** Lines are gathered up to about this length. */
const MOST_GATHERED_CHARACTERS = 8 * 1024;

/**
 * Writes the lines of one turn of the event loop at its end, together: a write for each is a tenth of what a small request
 * costs. A line about an error is written, with those before it, before the call returns, and whatever is left when the
 * process exits; so only a process that is killed loses lines, those of the turn that it was killed in.
 *
 * @param fd an open file descriptor.
 */
export function bufferedDestination(fd: number): DestinationStream {
  const file = pino.destination({ dest: fd, sync: true });
  let gathered = "";
  const write = () => {
    if (gathered) file.write(gathered);
    gathered = "";
  };
  process.on("exit", write);
  return {
    // How pino is asked to say of each line what level it has.
    [Symbol.for("pino.metadata")]: true,
    lastLevel: 0,
    write(line: string) {
      if (!gathered) setImmediate(write);
      gathered += line;
      if (this.lastLevel > INFO || gathered.length > MOST_GATHERED_CHARACTERS) write();
    },
  } as DestinationStream & { lastLevel: number };
}

import { asApiError } from "./api-error.ts";

/** Reconnect delay in ms, randomized: after a restart, all dashboards of a server reconnect. */
const retryMs = () => 1_000 + Math.random() * 1_000;

/**
 * Streams that all tabs of a browser may hold together. Browsers allow six HTTP/1.1 connections to a server; the others
 * are for requests, and for a recipient's page in the same browser.
 */
const SLOTS = ["ttl-secrets stream 1", "ttl-secrets stream 2", "ttl-secrets stream 3"];

/** What a tab does with the stream's events. */
export interface StreamListener<Event> {
  /** The stream is open: no event is missed from now on. `joined`: it was opened before this tab listened. */
  open: (joined: boolean) => void;
  event: (event: Event) => void;
  /** The stream broke off, or there is none yet. */
  down: () => void;
}

/** Opens one connection and follows it until it ends. Rejects with an `ApiError` if it breaks off. */
export type Connect<Event> = (on: {
  open: () => void;
  event: (event: Event) => void;
  signal: AbortSignal;
}) => Promise<void>;

/** What tabs tell each other. `to`: the tab concerned, if not all. */
type Message<Event> =
  | { kind: "join"; from: string }
  | { kind: "open"; to?: string }
  | { kind: "event"; event: Event }
  | { kind: "down" };

/**
 * Follows a stream together with all tabs of this browser that use the same `name`: one of them, elected by a Web Lock,
 * holds the connection and passes events on over a `BroadcastChannel`. When it closes, another one takes over. Without
 * Web Locks, which need https or localhost, each tab has a connection of its own.
 *
 * `name` must identify the account, because everything in the stream reaches each tab with that name.
 */
export function shareStream<Event>(
  name: string,
  connect: Connect<Event>,
  listener: StreamListener<Event>,
  signal: AbortSignal,
): void {
  // The type declares them as always present.
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) {
    void keepConnected(connect, { ...listener, open: () => listener.open(false) }, signal);
    return;
  }
  const channel = new BroadcastChannel(name);
  const self = crypto.randomUUID();
  let role: "follower" | "leader" = "follower";
  let isOpen = false;
  let wasOpen = false;
  const tell = (message: Message<Event>) => {
    if (!signal.aborted) channel.postMessage(message);
  };

  channel.onmessage = ({ data }: MessageEvent<Message<Event>>) => {
    if (role === "leader") {
      if (data.kind === "join" && isOpen) tell({ kind: "open", to: data.from });
    } else if (data.kind === "open" && (data.to ?? self) === self) {
      listener.open(!wasOpen);
      wasOpen = true;
    } else if (data.kind === "event") listener.event(data.event);
    else if (data.kind === "down") listener.down();
  };
  signal.addEventListener("abort", () => channel.close(), { once: true });
  tell({ kind: "join", from: self });

  const down = () => {
    isOpen = false;
    listener.down();
    tell({ kind: "down" });
  };
  const lead = async () => {
    role = "leader";
    await withSlot(locks, signal, down, () =>
      keepConnected(
        connect,
        {
          open() {
            isOpen = true;
            listener.open(false);
            tell({ kind: "open" });
          },
          event(event) {
            listener.event(event);
            tell({ kind: "event", event });
          },
          down,
        },
        signal,
      ),
    );
    role = "follower";
  };
  locks.request(name, { signal }, lead).catch(ignoreAbort(signal));
}

/** Runs `use` as soon as one of the browser's slots is free. `wait` is called if none is. */
async function withSlot(
  locks: LockManager,
  signal: AbortSignal,
  wait: () => void,
  use: () => Promise<void>,
): Promise<void> {
  for (const slot of SLOTS) {
    const used = await locks.request(slot, { ifAvailable: true }, async (lock) => {
      if (lock) await use();
      return lock !== null;
    });
    if (used || signal.aborted) return;
  }
  wait();
  const any = SLOTS[Math.floor(Math.random() * SLOTS.length)] ?? "";
  await locks.request(any, { signal }, use).catch(ignoreAbort(signal));
}

/** Connects, and again whenever the connection ends, until the signal is aborted or the server refuses. */
async function keepConnected<Event>(
  connect: Connect<Event>,
  on: { open: () => void; event: (event: Event) => void; down: () => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let isRefused = false;
    try {
      await connect({ open: on.open, event: on.event, signal });
    } catch (error) {
      // Signed out, or the subject is gone: the list's polling finds out which.
      isRefused = ["UNAUTHENTICATED", "NOT_FOUND"].includes(asApiError(error).code);
    }
    if (signal.aborted) return;
    on.down();
    if (isRefused) return;
    await new Promise((done) => {
      const timer = setTimeout(done, retryMs());
      const stop = () => {
        clearTimeout(timer);
        done(undefined);
      };
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}

/** Swallows the rejection of a lock request that was aborted while it waited. */
const ignoreAbort = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};

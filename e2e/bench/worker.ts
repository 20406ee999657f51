import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** A process that runs the functions of one module, so that their CPU time can be measured separately. */
export interface Worker<Functions> {
  pid: number;
  /** Calls a function of the module and waits for its result. One call at a time. */
  call<Name extends keyof Functions>(
    name: Name,
    ...args: ArgumentsOf<Functions[Name]>
  ): Promise<ResultOf<Functions[Name]>>;
  stop(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: any function will do
type ArgumentsOf<F> = F extends (...args: infer A) => any ? A : never;
// biome-ignore lint/suspicious/noExplicitAny: any function will do
type ResultOf<F> = F extends (...args: any[]) => infer R ? Awaited<R> : never;

/**
 * Starts a process for the module at `path`.
 *
 * @param cores restricts it to the first `cores` cores (Linux).
 */
export function startWorker<Functions>(path: string, { cores }: { cores?: number } = {}): Worker<Functions> {
  const [command = "", ...args] = [...onCores(cores), process.execPath, ENTRY, path];
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    pid: child.pid ?? 0,
    async call(name, ...callArgs) {
      const settled = new AbortController();
      const { signal } = settled;
      child.send({ name, args: callArgs });
      const [answer] = await Promise.race([
        once(child, "message", { signal }),
        once(child, "exit", { signal }).then(() => [{ error: "the process ended" }]),
      ]).finally(() => settled.abort());
      const { result, error } = answer;
      if (error) throw new Error(`${path}, ${String(name)}: ${error}`);
      return result;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

/** A command prefix that restricts a process to the first `cores` cores. */
export const onCores = (cores: number | undefined): string[] =>
  cores ? ["taskset", "-c", `0-${cores - 1}`] : [];

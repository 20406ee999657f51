import type { Logger } from "../logging/log.ts";

/** A periodic job. */
export interface Repeated {
  /** Stops the job, and resolves when a run in progress has finished. */
  stop(): Promise<void>;
}

/**
 * Runs `job` at once, and again `intervalSeconds` after each run has finished, so that runs never overlap. A run that fails
 * is logged as `failure` and does not stop the job.
 */
export function repeat(
  job: () => Promise<void>,
  intervalSeconds: number,
  { log, failure }: { log: Logger; failure: string },
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = Promise.resolve();

  const run = async () => {
    try {
      await job();
    } catch (err) {
      log.error({ err }, failure);
    }
    if (!stopped) timer = setTimeout(start, intervalSeconds * 1000).unref();
  };
  const start = () => {
    running = run();
  };

  start();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

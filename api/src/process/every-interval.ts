import type { Logger } from "../logging/log.ts";

/** A job that runs again and again. */
export interface Repeated {
  /** Stops it, once the run under way, if any, is through. */
  stop(): Promise<void>;
}

/**
 * Runs `job` now and then every `intervalSeconds`, measured from the end of one run to the start of the next, so that
 * a run never overlaps itself. A failing run is logged as `failure` and the next one tried.
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

/**
 * A stream of the server says something every 12 s, if only that it is there, and a download has no pauses: a line that
 * is silent for so long is dead.
 */
const silenceMs = 40_000;

/** `fetch` for answers that take as long as they take: it fails, and so does the body, when nothing comes for too long. */
export async function watchedFetch(input: string | URL | Request, init: RequestInit): Promise<Response> {
  const dead = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, dead.signal]) : dead.signal;
  let timer = setTimeout(() => dead.abort(), silenceMs);
  const stillThere = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(), silenceMs);
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  const response = await fetch(input, { ...init, signal });
  const watch = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      stillThere();
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
  return new Response(response.body?.pipeThrough(watch) ?? null, response);
}

/**
 * Idle timeout. The server sends an event or a ping on every stream at least every 12 s, and downloads do not pause,
 * so a connection without data for this long is dead.
 */
const silenceMs = 40_000;

/** `fetch` for long responses: the request, or its body, fails only after `silenceMs` without data. */
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

/** The files that browsers load, compared with Node's HTTP server sending the same bytes. */
import { fixedAnswer } from "./fixed-answer.ts";
import { type Measurement, pathOn, startBareHttp } from "./measurement.ts";
import { file } from "./requests.ts";
import { type Row, rowOf } from "./table.ts";
import { takeTurns } from "./turns.ts";

/** Measures the pages and main scripts of both apps. */
export async function assets(measurement: Measurement): Promise<Row[]> {
  const { product, load } = measurement;
  const { url, sender } = product;
  const link = `/${sender.vaultId}/${"x".repeat(22)}`;
  const paths = {
    "dashboard, page": "/",
    "dashboard, script": await scriptOf(url, "/"),
    "recipient's page": link,
    "recipient's page, script": await scriptOf(url, link),
  };
  const rows: Row[] = [];
  const bare = startBareHttp();
  const effort = { concurrency: 16, ms: 400 };
  for (const [what, path] of Object.entries(paths)) {
    const asked = file(path);
    const port = await bare.call("serveFixed", await fixedAnswer(url, asked));
    const done = await takeTurns(
      {
        bare: {
          run: () => load.call("load", { ...asked, ...effort, origin: `http://127.0.0.1:${port}` }),
          pids: () => [bare.pid],
        },
        product: pathOn(measurement, effort, asked),
      },
      3,
    );
    rows.push(
      rowOf(`${what}, ${effort.concurrency} concurrent`, done.product, {
        limit: { name: "bare node:http, same bytes", rounds: done.bare },
      }),
    );
  }
  await bare.stop();
  return rows;
}

/** Path of the first script of a page. */
async function scriptOf(url: string, page: string): Promise<string> {
  const html = await (await fetch(`${url}${page}`)).text();
  const path = /<script[^>]+src="([^"]+)"/.exec(html)?.[1];
  if (!path) throw new Error(`no script in ${page}`);
  return new URL(path, url).pathname;
}

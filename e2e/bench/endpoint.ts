/** The way to GraphQL and back: an empty field, beside what Node's HTTP server does at best with the same bytes. */
import { fixedAnswer } from "./fixed-answer.ts";
import { type Measurement, pathOn, startBareHttp } from "./measurement.ts";
import { emptyField, emptyFieldInOwnWords } from "./requests.ts";
import { type Row, rowOf } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";

/** The part of bare HTTP that an empty field is to reach. */
const LEAST = 0.5;

/** What an empty field costs, and graphql-js without the server around it. */
export async function endpoint(measurement: Measurement): Promise<Row[]> {
  const { product, load } = measurement;
  const { headers, body } = await fixedAnswer(product.url, emptyField);
  const [bare, graphql] = [startBareHttp(), startBareHttp()];
  const barePort = await bare.call("serveFixed", { headers, body });
  const graphqlPort = await graphql.call("serveGraphql", headers);
  const rows: Row[] = [];
  for (const [concurrency, rounds] of [
    [16, 5],
    [1, 5],
    [64, 5],
  ] as const) {
    const effort = { concurrency, ms: 400 };
    const beside = (port: number, pid: number): Contender => ({
      run: () =>
        load.call("load", { ...emptyFieldInOwnWords, ...effort, origin: `http://127.0.0.1:${port}` }),
      pids: () => [pid],
    });
    const done = await takeTurns(
      {
        bare: beside(barePort, bare.pid),
        graphql: beside(graphqlPort, graphql.pid),
        product: pathOn(measurement, effort, emptyField),
        inOwnWords: pathOn(measurement, effort, emptyFieldInOwnWords),
      },
      rounds,
      { warmUps: concurrency === 16 ? 2 : 0 },
    );
    const limit = { name: "bare node:http, same bytes", rounds: done.bare };
    const at = `${concurrency} at a time`;
    rows.push(
      rowOf(`limit: bare node:http, ${at}`, done.bare),
      rowOf(`graphql-js behind node:http, ${at}`, done.graphql, { limit }),
      rowOf(`empty GraphQL field, ${at}`, done.product, { limit, least: LEAST }),
      rowOf(`the same in a client's own words, ${at}`, done.inOwnWords, { limit }),
    );
  }
  await Promise.all([bare.stop(), graphql.stop()]);
  return rows;
}

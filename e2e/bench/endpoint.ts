/** An empty GraphQL field, compared with Node's HTTP server sending the same bytes. */
import { fixedAnswer } from "./fixed-answer.ts";
import { type Measurement, pathOn, startBareHttp } from "./measurement.ts";
import { emptyField, emptyFieldOfClient } from "./requests.ts";
import { type Row, rowOf } from "./table.ts";
import { type Contender, takeTurns } from "./turns.ts";

/** Target: share of bare HTTP's efficiency that an empty field must reach. */
const LEAST = 0.5;

/** Measures an empty field, and graphql-js without the server around it. */
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
    const server = (port: number, pid: number): Contender => ({
      run: () => load.call("load", { ...emptyFieldOfClient, ...effort, origin: `http://127.0.0.1:${port}` }),
      pids: () => [pid],
    });
    const done = await takeTurns(
      {
        bare: server(barePort, bare.pid),
        graphql: server(graphqlPort, graphql.pid),
        product: pathOn(measurement, effort, emptyField),
        ofClient: pathOn(measurement, effort, emptyFieldOfClient),
      },
      rounds,
      { warmUps: concurrency === 16 ? 2 : 0 },
    );
    const limit = { name: "bare node:http, same bytes", rounds: done.bare };
    const at = `${concurrency} concurrent`;
    rows.push(
      rowOf(`limit: bare node:http, ${at}`, done.bare),
      rowOf(`graphql-js behind node:http, ${at}`, done.graphql, { limit }),
      rowOf(`empty GraphQL field, ${at}`, done.product, { limit, least: LEAST }),
      rowOf(`the same with a client's own document, ${at}`, done.ofClient, { limit }),
    );
  }
  await Promise.all([bare.stop(), graphql.stop()]);
  return rows;
}

/**
 * Writes `src/graphql/trusted-documents.json`: the documents of both apps, keyed by the hash that the apps send. The
 * dashboard's come from graphql-codegen, the reveal app's from its source.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as reveal from "../../reveal/src/documents.ts";

const fileOf = (path: string) => new URL(path, import.meta.url);

const dashboard: Record<string, string> = JSON.parse(
  readFileSync(fileOf("../../dashboard/src/gql/persisted-documents.json"), "utf8"),
);
const documents = {
  ...dashboard,
  ...Object.fromEntries(Object.values(reveal).map(({ hash, query }) => [hash, query])),
};
writeFileSync(fileOf("../src/graphql/trusted-documents.json"), `${JSON.stringify(documents, null, 2)}\n`);

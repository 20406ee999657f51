/** Writes `src/graphql/trusted-documents.json`: what both apps and the example of an integration send, word by word. */
import { writeFileSync } from "node:fs";
import { type DocumentNode, print } from "graphql";
import * as dashboard from "../../dashboard/src/gql/graphql.ts";
import * as reveal from "../../reveal/src/documents.ts";
import * as integration from "../examples/integration/gql/graphql.ts";

const isDocument = (value: unknown): value is DocumentNode =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "Document";

// Documents of operations only: those of fragments are never sent by themselves.
const typed = [...Object.values(dashboard), ...Object.values(integration)]
  .filter(isDocument)
  .filter(({ definitions }) => definitions.some(({ kind }) => kind === "OperationDefinition"));
const texts = new Set([...Object.values(reveal), ...typed.map(print)]);
writeFileSync(
  new URL("../src/graphql/trusted-documents.json", import.meta.url),
  `${JSON.stringify([...texts], null, 2)}\n`,
);

/**
 * Writes what is generated from the code: `api/schema.graphql`, the configuration table in the README, and the
 * examples in INTEGRATIONS.md, which are files that tests run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { lexicographicSortSchema, printSchema } from "graphql";
import { configTable } from "../src/config.ts";
import { schema } from "../src/graphql/schema.ts";

const fileOf = (path: string) => new URL(path, import.meta.url);

writeFileSync(fileOf("../schema.graphql"), `${printSchema(lexicographicSortSchema(schema))}\n`);

const readme = fileOf("../../README.md");
const table = /(<!-- configuration -->\n)[\s\S]*(\n<!-- \/configuration -->)/;
const text = readFileSync(readme, "utf8");
if (!table.test(text)) throw new Error("README.md has no <!-- configuration --> markers");
writeFileSync(
  readme,
  text.replace(table, (_all, open: string, close: string) => open + configTable() + close),
);

const guide = fileOf("../INTEGRATIONS.md");
const example = /(<!-- code (\S+) -->\n)[\s\S]*?(<!-- \/code -->)/g;
writeFileSync(
  guide,
  readFileSync(guide, "utf8").replace(example, (_all, open: string, path: string, close: string) => {
    const language = path.split(".").at(-1);
    return `${open}\`\`\`${language}\n${readFileSync(new URL(path, guide), "utf8")}\`\`\`\n${close}`;
  }),
);

/**
 * Generates `api/schema.graphql`, the table in api/CONFIGURATION.md, and the code samples in api/INTEGRATIONS.md.
 * The samples are copies of files that tests run.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { lexicographicSortSchema, printSchema } from "graphql";
import { configTable } from "../src/config.ts";
import { schema } from "../src/graphql/schema.ts";

const fileOf = (path: string) => new URL(path, import.meta.url);

writeFileSync(fileOf("../schema.graphql"), `${printSchema(lexicographicSortSchema(schema))}\n`);

const configuration = fileOf("../CONFIGURATION.md");
const table = /(<!-- configuration -->\n)[\s\S]*(<!-- \/configuration -->)/;
const text = readFileSync(configuration, "utf8");
if (!table.test(text)) throw new Error("api/CONFIGURATION.md has no <!-- configuration --> markers");
writeFileSync(
  configuration,
  text.replace(table, (_all, open: string, close: string) => `${open}${configTable()}\n${close}`),
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

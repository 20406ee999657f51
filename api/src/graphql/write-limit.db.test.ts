import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createProject, createSecret, createSender, graphql } from "../../test/factories.ts";
import { schema } from "./schema.ts";

const db = useDatabase();

/** A literal of this type, which need not mean anything. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? "";
  if (!isInputObjectType(type)) return type.name === "Int" ? "60" : type.name === "Boolean" ? "true" : '"x"';
  const all = Object.values(type.getFields());
  const fields = type.isOneOf ? all.slice(0, 1) : all.filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${literal(field.type)}`).join(", ")} }`;
}

const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** Documents of all mutations that are counted as writes of a member. */
const WRITES = mutations
  .filter(({ name }) => !["createApiKey", "createTtlSecret", "revealTtlSecret"].includes(name))
  .map(({ name, args, type }): [string, string] => {
    const values = args.map((arg) => `${arg.name}: ${literal(arg.type)}`).join(", ");
    return [name, `mutation { ${name}(${values}) ${String(type) === "ID!" ? "" : "{ __typename }"} }`];
  });

/** A sender, and a server that takes two writes a minute of a member, and 16 of a vault. */
async function limitedSender() {
  const authSecret = crypto.randomUUID();
  const setUp = createTestApp(db.current, { authSecret });
  const sender = await createSender(setUp);
  // Creating the sender's project was a write, too.
  await db.current.sql`DELETE FROM rate_limits`;
  const { keyRing } = setUp.services;
  return {
    sender,
    app: createTestApp(db.current, { authSecret, keyRing, rateLimitMultiplier: 1 / 60 }),
  };
}

describe("a member's writes", () => {
  it.each(WRITES)("are limited, all together: %s", async (_name, document) => {
    const { app, sender } = await limitedSender();
    const write = async () => (await graphql(app, document, {}, sender)).errors?.[0]?.extensions;
    for (let i = 0; i < 2; i++) expect((await write())?.code).not.toBe("RATE_LIMITED");
    expect(await write()).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) });
    const before = await db.current.sql`SELECT count(*) FROM projects`;
    const create = 'mutation { createProject(input: { name: "n" }) { id } }';
    expect((await graphql(app, create, {}, sender)).errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    expect(await db.current.sql`SELECT count(*) FROM projects`).toEqual(before);
  });

  it("do not limit what has limits of its own, nor reading", async () => {
    const { app, sender } = await limitedSender();
    for (let i = 0; i < 2; i++) await createProject(app, sender);
    const { data } = await graphql(app, "{ projects { nodes { id } } }", {}, sender);
    expect(data.projects.nodes).toHaveLength(3);
    await createSecret(app, sender);
  });

  it("of one vault are limited together", async () => {
    const { app, sender } = await limitedSender();
    const { rateLimits } = app.services;
    for (let i = 0; i < 16; i++)
      await rateLimits.take("write", { key: `other ${i}`, wideKey: sender.vaultId });
    const create = 'mutation { createProject(input: { name: "n" }) { id } }';
    expect((await graphql(app, create, {}, sender)).errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
  });
});

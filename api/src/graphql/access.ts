import { type ExecutionArgs, type ExecutionResult, GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../shared/errors.ts";
import type { Context } from "./context.ts";
import { requestedFields } from "./root-fields.ts";

/** Fields that need no credential. `viewer` is null without one. */
const PUBLIC_FIELDS = new Set(["viewer", "ttlSecretAvailable", "ttlSecretAvailability", "revealTtlSecret"]);

/** Longest document without a credential, in characters. The recipient page's has 200. */
const MAX_ANONYMOUS_DOCUMENT = 2000;

/**
 * Decides, before any resolver runs, what a request without a credential may select: one public field in a short
 * document, and no introspection. Everything else needs a verified session or API key.
 */
export function accessPolicy(): Plugin<Context> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const refusal = await refusalOf(args as Args);
      if (refusal) setResultAndStopExecution(refusal);
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = await refusalOf(args as Args);
      if (refusal) setResultAndStopExecution(refusal);
    },
  };
}

type Args = ExecutionArgs & { contextValue: Context };

async function refusalOf(args: Args): Promise<ExecutionResult | undefined> {
  if (isPublic(args) || (await args.contextValue.principal())) return;
  const refusal = new AppError("UNAUTHENTICATED", "Sign in first.");
  return { errors: [new GraphQLError(refusal.message, { originalError: refusal })] };
}

function isPublic(args: ExecutionArgs): boolean {
  if ((args.document.loc?.end ?? 0) > MAX_ANONYMOUS_DOCUMENT) return false;
  const { fields = [] } = requestedFields(args) ?? {};
  return fields.length === 1 && fields.every(({ name }) => PUBLIC_FIELDS.has(name.value));
}

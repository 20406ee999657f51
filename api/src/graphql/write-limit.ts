import { type ExecutionArgs, GraphQLError, OperationTypeNode } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../shared/errors.ts";
import type { Context } from "./context.ts";
import { requestedFields } from "./root-fields.ts";

/** Mutations that have a limit of their own. */
const OWN_LIMIT = new Set(["createApiKey", "createTtlSecret", "revealTtlSecret"]);

type Args = ExecutionArgs & { contextValue: Context };

/**
 * Counts every other mutation of a member, by member and by vault, before its resolver runs; so that a new mutation can't
 * be without a limit. Requests of API keys are counted where the key is verified.
 */
export function writeLimit(): Plugin<Context> {
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      try {
        await countWrite(args as Args);
      } catch (originalError) {
        if (!(originalError instanceof AppError)) throw originalError;
        const error = new GraphQLError(originalError.message, { originalError });
        setResultAndStopExecution({ errors: [error] });
      }
    },
  };
}

async function countWrite(args: Args): Promise<void> {
  const { operation, fields = [] } = requestedFields(args) ?? {};
  // `documentLimits` lets a mutation have one root field.
  if (operation?.operation !== OperationTypeNode.MUTATION || OWN_LIMIT.has(fields[0]?.name.value ?? ""))
    return;
  const principal = await args.contextValue.principal();
  if (principal?.kind !== "member") return;
  const { userId, vaultId } = principal.member;
  await args.contextValue.services.rateLimits.take("write", { key: userId, wideKey: vaultId });
}

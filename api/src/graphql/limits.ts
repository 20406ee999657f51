import { EnvelopArmorPlugin } from "@escape.tech/graphql-armor";
import { GraphQLError, OperationTypeNode, type ValidationRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import { rootFields } from "./root-fields.ts";

/**
 * Maximum size of a document. The dashboard's largest document has 60 tokens and a depth of 4; GraphiQL's introspection
 * query has some 400 tokens. Tokens are counted while lexing, so parsing stops early in a huge document.
 */
const LIMITS = { tokens: 1000, depth: 10, aliases: 5, directives: 5, cost: 25_000 };

/** Maximum number of root fields of a query; a mutation or a subscription may have one. */
const MAX_ROOT_FIELDS = 5;

/** Refuses documents that cost more to answer than any client of ours needs. */
export function documentLimits(): [armor: ReturnType<typeof EnvelopArmorPlugin>, rules: Plugin] {
  const armor = EnvelopArmorPlugin({
    maxTokens: { n: LIMITS.tokens },
    maxDepth: { n: LIMITS.depth },
    maxAliases: { n: LIMITS.aliases },
    maxDirectives: { n: LIMITS.directives },
    costLimit: { maxCost: LIMITS.cost },
    // Our error messages contain no field names at all.
    blockFieldSuggestion: { enabled: false },
  });
  const rules: Plugin = {
    onValidate: ({ addValidationRule }) => addValidationRule(fewRootFields),
  };
  return [armor, rules];
}

/**
 * One root field per mutation, so that one request is one attempt, one create and one count against a rate limit; one
 * per subscription, so that one request is one stream. Aliases, fragments and directives make no difference.
 */
const fewRootFields: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const most = operation.operation === OperationTypeNode.QUERY ? MAX_ROOT_FIELDS : 1;
    const fields = rootFields(context.getDocument()).get(operation) ?? [];
    if (fields.length > most) {
      context.reportError(new GraphQLError("too many root fields", { nodes: operation }));
    }
  },
});

import { EnvelopArmorPlugin } from "@escape.tech/graphql-armor";
import { GraphQLError, OperationTypeNode, type ValidationRule } from "graphql";
import type { Plugin } from "graphql-yoga";
import { rootFields } from "./root-fields.ts";

/**
 * How large a document may be. The dashboard's largest has 60 tokens and a depth of 4; GraphiQL's introspection
 * query has some 400 tokens. Tokens are counted while lexing, so a huge document is never parsed to its end.
 */
const LIMITS = { tokens: 1000, depth: 10, aliases: 5, directives: 5, cost: 25_000 };

/** A query may ask for this many things at once; a mutation or a subscription for one. */
const MAX_ROOT_FIELDS = 5;

/** Refuses documents that cost more to answer than any client of ours needs. */
export function documentLimits(): Plugin[] {
  const armor = EnvelopArmorPlugin({
    maxTokens: { n: LIMITS.tokens },
    maxDepth: { n: LIMITS.depth },
    maxAliases: { n: LIMITS.aliases },
    maxDirectives: { n: LIMITS.directives },
    costLimit: { maxCost: LIMITS.cost },
    // Our errors say nothing of fields at all.
    blockFieldSuggestion: { enabled: false },
  });
  const rules: Plugin = {
    onValidate: ({ addValidationRule }) => addValidationRule(fewRootFields),
  };
  // Its type is of another Envelop major than Yoga's; what it hooks into is the same in both.
  return [armor as unknown as Plugin, rules];
}

/**
 * One root field per mutation, so that one request is one attempt, one create, one count against a rate limit; and one
 * per subscription, so that one request is one stream. Any
 * alias, fragment or directive is looked through.
 */
const fewRootFields: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const most = operation.operation === OperationTypeNode.QUERY ? MAX_ROOT_FIELDS : 1;
    if (rootFields(operation, (name) => context.getFragment(name)).length > most) {
      context.reportError(new GraphQLError("too many root fields", { nodes: operation }));
    }
  },
});

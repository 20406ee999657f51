import { EnvelopArmorPlugin } from "@escape.tech/graphql-armor";
import { type DocumentNode, Kind, OperationTypeNode, type SelectionSetNode, validate } from "graphql";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../shared/errors.ts";
import { refusedDocument } from "./refused-document.ts";
import { rootFields } from "./root-fields.ts";

/**
 * Maximum size of a document. The dashboard's largest document has 60 tokens and a depth of 4; GraphiQL's introspection
 * query has some 400 tokens. Tokens are counted while lexing, so parsing stops early in a huge document.
 */
const LIMITS = { tokens: 1000, depth: 10, aliases: 5, directives: 5, cost: 25_000 };

/** Maximum number of root fields of a query; a mutation or a subscription may have one. */
const MAX_ROOT_FIELDS = 5;

/**
 * Maximum number of fields of a document that repeat a response key of their selection set. graphql-js compares each with
 * each: 248 times `viewer { id }` took 25 ms. An honest document repeats a key for each type of a union.
 */
const MAX_REPEATED_KEYS = 10;

/** Maximum number of fragment spreads of a document, compared in pairs as well. GraphiQL's introspection query has 8. */
const MAX_SPREADS = 20;

/** Fewer errors than graphql-js's 100, and no suggestions, which we would not pass on. */
const VALIDATION = { maxErrors: 5, hideSuggestions: true };

/** Refuses documents that cost more to validate or to answer than any client of ours needs. */
export function documentLimits(): [before: Plugin, armor: ReturnType<typeof EnvelopArmorPlugin>] {
  const before: Plugin = {
    onValidate({ params: { documentAST }, setResult, setValidationFn }) {
      const problem = problemOf(documentAST);
      if (problem) setResult([refusedDocument(new AppError("BAD_USER_INPUT", problem), 400)]);
      setValidationFn((schema, document, rules) => validate(schema, document, rules, VALIDATION));
    },
  };
  const armor = EnvelopArmorPlugin({
    maxTokens: { n: LIMITS.tokens },
    maxDepth: { n: LIMITS.depth },
    maxAliases: { n: LIMITS.aliases },
    maxDirectives: { n: LIMITS.directives },
    costLimit: { maxCost: LIMITS.cost },
    // Validation suggests nothing.
    blockFieldSuggestion: { enabled: false },
  });
  return [before, armor];
}

/** Weak, as for root fields. The documents of our own apps are looked at once. */
const looked = new WeakMap<DocumentNode, string | undefined>();

/** Why the document may not be validated; undefined if it may. */
function problemOf(document: DocumentNode): string | undefined {
  if (!looked.has(document)) looked.set(document, lookFor(document));
  return looked.get(document);
}

function lookFor(document: DocumentNode): string | undefined {
  const { repeatedKeys, spreads } = countPairs(document);
  if (repeatedKeys > MAX_REPEATED_KEYS) {
    return `Select each field once: a document may repeat ${MAX_REPEATED_KEYS} fields.`;
  }
  if (spreads > MAX_SPREADS) return `Use fewer fragments: at most ${MAX_SPREADS} in a document.`;
  // One root field per mutation, so that one request is one attempt, one create and one count against a rate limit; one
  // per subscription, so that one request is one stream. Aliases, fragments and directives make no difference.
  for (const [{ operation }, fields] of rootFields(document)) {
    const most = operation === OperationTypeNode.QUERY ? MAX_ROOT_FIELDS : 1;
    if (fields.length > most) return `Select fewer root fields: at most ${most} in a ${operation}.`;
  }
  return undefined;
}

/** Counts, in one walk, what graphql-js would compare in pairs. */
function countPairs({ definitions }: DocumentNode): { repeatedKeys: number; spreads: number } {
  let repeatedKeys = 0;
  let spreads = 0;
  const walk = ({ selections }: SelectionSetNode, keys: Set<string>): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) spreads++;
      // An inline fragment's fields are compared with those around it.
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, keys);
      else {
        const key = (selection.alias ?? selection.name).value;
        if (keys.has(key)) repeatedKeys++;
        keys.add(key);
        if (selection.selectionSet) walk(selection.selectionSet, new Set());
      }
    }
  };
  for (const node of definitions) if ("selectionSet" in node) walk(node.selectionSet, new Set());
  return { repeatedKeys, spreads };
}

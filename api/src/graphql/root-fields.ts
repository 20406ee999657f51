import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { AppError } from "../shared/errors.ts";
import { refusedDocument } from "./refused-document.ts";

/** The fields that each operation of a document selects on its root type. */
type RootFields = ReadonlyMap<OperationDefinitionNode, readonly FieldNode[]>;

/**
 * Selections visited per document, fragments expanded. A document within the limit of tokens has fewer, unless fragments
 * that spread each other multiply.
 */
const MAX_VISITED = 1000;

/** Weak, so that a document and what a client wrote into it are collected with its request. */
const collected = new WeakMap<DocumentNode, RootFields>();

/**
 * The root fields of each operation, as often as they are written, with fragments expanded. Walks each document once:
 * the limits, the access policy and the log read the same result.
 *
 * @throws GraphQLError for a document whose fragments multiply to more than 1,000 selections.
 */
export function rootFields(document: DocumentNode): RootFields {
  let fields = collected.get(document);
  if (!fields) {
    fields = collect(document);
    collected.set(document, fields);
  }
  return fields;
}

/** The operation to execute and its root fields; undefined when the document has no such operation. */
export function requestedFields({
  document,
  operationName,
}: Pick<ExecutionArgs, "document" | "operationName">):
  | { operation: OperationDefinitionNode; fields: readonly FieldNode[] }
  | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  return { operation, fields: rootFields(document).get(operation) ?? [] };
}

function collect({ definitions }: DocumentNode): RootFields {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const open = new Set<string>();
  let visited = 0;
  const fieldsIn = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (++visited > MAX_VISITED) throw refusedDocument(tooManySelections(), 400);
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet);
      const { value } = selection.name;
      const fragment = fragments.get(value);
      // Another rule refuses cyclic fragments; here a cycle must not recurse forever.
      if (!fragment || open.has(value)) return [];
      open.add(value);
      const fields = fieldsIn(fragment.selectionSet);
      open.delete(value);
      return fields;
    });
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return new Map(operations.map((operation) => [operation, fieldsIn(operation.selectionSet)]));
}

const tooManySelections = () =>
  new AppError("BAD_USER_INPUT", "Select fewer root fields: the fragments of this document multiply them.");

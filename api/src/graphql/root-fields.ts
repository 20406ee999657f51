import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** The fields an operation selects on its root type, each as often as it is written, fragments looked through. */
export function rootFields(
  operation: OperationDefinitionNode,
  fragmentNamed: (name: string) => FragmentDefinitionNode | null | undefined,
): FieldNode[] {
  const open = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet);
      const { value } = selection.name;
      const fragment = fragmentNamed(value);
      // A fragment inside itself is refused by another rule; it must not keep this one busy for ever.
      if (!fragment || open.has(value)) return [];
      open.add(value);
      const fields = collect(fragment.selectionSet);
      open.delete(value);
      return fields;
    });
  return collect(operation.selectionSet);
}

/** The operation that is to be executed and its root fields; undefined when the document has none such. */
export function requestedFields({
  document,
  operationName,
}: ExecutionArgs): { operation: OperationDefinitionNode; fields: FieldNode[] } | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return { operation, fields: rootFields(operation, (name) => fragments.get(name)) };
}

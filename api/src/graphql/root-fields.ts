import {
  type FieldNode,
  type FragmentDefinitionNode,
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

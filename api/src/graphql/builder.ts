import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { Context } from "./context.ts";

/** Where every type of the schema is registered. Holds no types itself. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  DefaultNodeNullability: false;
  DefaultEdgesNullability: false;
  Scalars: { DateTime: { Input: Date; Output: Date }; ID: { Input: string; Output: string } };
}>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  defaultInputFieldRequiredness: true,
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: "The page, for those who need no cursors." },
    edgesFieldOptions: { nullable: false, description: "The page, each row with its cursor." },
    nodeFieldOptions: { nullable: false, description: "The row." },
    cursorFieldOptions: { description: "Pass it as `after` for what comes after this row. Opaque." },
    pageInfoFieldOptions: { description: "Whether there is more, and where it starts." },
    pageInfoTypeOptions: { description: "Where a page stands in its list, as Relay has it." },
    hasNextPageFieldOptions: { description: "Whether there are more rows after this page." },
    hasPreviousPageFieldOptions: { description: "Whether `after` was given." },
    startCursorFieldOptions: { description: "Cursor of the page's first row; null when it is empty." },
    endCursorFieldOptions: {
      description: "Cursor of the page's last row, to pass as `after`; null when it is empty.",
    },
  },
});

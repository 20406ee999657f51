import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { Context } from "./context.ts";

/** The schema builder that every file in `types/` registers its types with. */
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
    nodesOnConnection: { description: "The rows of the page, without cursors." },
    edgesFieldOptions: { nullable: false, description: "The rows of the page, each with its cursor." },
    nodeFieldOptions: { nullable: false, description: "The row." },
    cursorFieldOptions: { description: "Opaque. Pass it as `after` to continue after this row." },
    pageInfoFieldOptions: { description: "Whether there are more pages, and where they start." },
    pageInfoTypeOptions: { description: "Position of a page in its list, as Relay defines it." },
    hasNextPageFieldOptions: { description: "Whether there are more rows after this page." },
    hasPreviousPageFieldOptions: { description: "Whether `after` was given." },
    startCursorFieldOptions: { description: "Cursor of the page's first row; null when the page is empty." },
    endCursorFieldOptions: {
      description: "Cursor of the page's last row, to pass as `after`; null when the page is empty.",
    },
  },
});

import "./explorer.css";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { Field } from "../ui/field.tsx";
import { LoadFailure } from "../ui/load-failure.tsx";
import { DocumentEditor } from "./document-editor.tsx";
import { loadSchema } from "./run-document.ts";
import { SchemaDocs } from "./schema-docs.tsx";
import { useRun } from "./use-run.ts";

const FIRST_DOCUMENT = `query Projects {
  projects(first: 10) {
    nodes {
      id
      name
    }
  }
}
`;

/** Label of the button by state. */
const BUTTON = { idle: "explorer.run", running: "explorer.running", following: "explorer.stop" } as const;

/**
 * Page `/graphiql`: runs GraphQL documents as the signed-in member. Documents, variables and responses may contain
 * secrets, so they are kept only in this component's state.
 */
export default function ExplorerPage() {
  usePageTitle(t("explorer.title"));
  const schema = useQuery({ queryKey: ["schema"], queryFn: loadSchema, staleTime: Number.POSITIVE_INFINITY });
  const document = useRef(FIRST_DOCUMENT);
  const [variables, setVariables] = useState("");
  const { state, text, status, variablesRefused, run, stop } = useRun();
  const runIt = () => void run(document.current, variables);

  return (
    <div className="explorer">
      <div className="page-head">
        <h1>{t("explorer.title")}</h1>
        <button
          type="button"
          className="button button-primary"
          onClick={state === "following" ? stop : runIt}
        >
          {t(BUTTON[state])}
        </button>
      </div>
      <div className="explorer-panes">
        <div className="explorer-ask">
          <DocumentEditor
            label={t("explorer.document")}
            initial={FIRST_DOCUMENT}
            schema={schema.data}
            onChange={(text) => {
              document.current = text;
            }}
            onRun={runIt}
          />
          <Field
            label={t("explorer.variables")}
            hint={t("explorer.variablesHint")}
            error={variablesRefused ? t("explorer.variablesRefused") : undefined}
          >
            {(control) => (
              <textarea
                {...control}
                className="input explorer-variables"
                rows={4}
                value={variables}
                onChange={(event) => setVariables(event.target.value)}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                translate="no"
              />
            )}
          </Field>
        </div>
        <div className="explorer-answer">
          <h2 id="explorer-answer-heading">{t("explorer.answer")}</h2>
          <div role="status">{status?.()}</div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <section tabIndex={0} aria-labelledby="explorer-answer-heading" translate="no">
            <pre>{text}</pre>
          </section>
        </div>
        {schema.data ? <SchemaDocs schema={schema.data} /> : null}
        {schema.error ? (
          <LoadFailure error={asApiError(schema.error)} retry={() => void schema.refetch()} />
        ) : null}
      </div>
    </div>
  );
}

import "./explorer.css";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { type ApiError, asApiError } from "../shared/api-error.ts";
import { errorText } from "../shared/error-text.ts";
import { Field } from "../shared/field.tsx";
import { LoadFailure } from "../shared/load-failure.tsx";
import { usePageTitle } from "../shared/page-title.ts";
import { DocumentEditor } from "./document-editor.tsx";
import { type Answer, loadSchema, runDocument } from "./run-document.ts";
import { SchemaDocs } from "./schema-docs.tsx";

const FIRST_DOCUMENT = `query Projects {
  projects(first: 10) {
    nodes {
      id
      name
    }
  }
}
`;

/**
 * `/graphiql`: a place to try the API as oneself. Documents, variables and answers may hold secrets; none of them is
 * kept anywhere but in this component.
 */
export default function ExplorerPage() {
  usePageTitle(t("explorer.title"));
  const schema = useQuery({ queryKey: ["schema"], queryFn: loadSchema, staleTime: Number.POSITIVE_INFINITY });
  const document = useRef(FIRST_DOCUMENT);
  const [variables, setVariables] = useState("");
  const [variablesRefused, setVariablesRefused] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isRunning, setRunning] = useState(false);

  async function run() {
    if (isRunning) return;
    setRunning(true);
    setVariablesRefused(false);
    setFailure(null);
    setAnswer(null);
    try {
      setAnswer(await runDocument(document.current, variables));
    } catch (error) {
      if (error instanceof SyntaxError) setVariablesRefused(true);
      else setFailure(asApiError(error));
    } finally {
      setRunning(false);
    }
  }

  return (
    <div className="explorer">
      <div className="page-head">
        <h1>{t("explorer.title")}</h1>
        <button type="button" className="button button-primary" onClick={() => void run()}>
          {t(isRunning ? "explorer.running" : "explorer.run")}
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
            onRun={() => void run()}
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
          <div role="status">{failure ? errorText(failure) : answer ? `HTTP ${answer.status}` : null}</div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <section tabIndex={0} aria-labelledby="explorer-answer-heading" translate="no">
            <pre>{answer?.text}</pre>
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

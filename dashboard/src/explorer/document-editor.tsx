import { syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { graphql, updateSchema } from "cm6-graphql";
import { basicSetup } from "codemirror";
import type { GraphQLSchema } from "graphql";
import { useEffect, useRef } from "react";

/**
 * Editor for GraphQL documents with completion and linting, once the schema has loaded. Rendered in a shadow root,
 * where CodeMirror uses `adoptedStyleSheets`; elsewhere it would insert `<style>` elements, which the
 * Content-Security-Policy forbids.
 */
export function DocumentEditor(props: {
  label: string;
  initial: string;
  schema: GraphQLSchema | undefined;
  onChange: (text: string) => void;
  onRun: () => void;
}) {
  const { label, initial, schema } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const handlers = useRef(props);
  handlers.current = props;

  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const run = () => {
      handlers.current.onRun();
      return true;
    };
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: initial,
        extensions: [
          Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
          basicSetup,
          graphql(),
          syntaxHighlighting(classHighlighter),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of(() => ({ "aria-label": handlers.current.label })),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
          look,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [initial]);

  // A change of language keeps the document and updates the label.
  useEffect(() => {
    if (label) view.current?.dispatch({});
  }, [label]);

  useEffect(() => {
    if (view.current && schema) updateSchema(view.current, schema);
  }, [schema]);

  return <div ref={host} className="explorer-editor" />;
}

/** CSS custom properties are inherited into the shadow root. */
const look = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", blockSize: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.9375rem", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-s)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--accent-ink)",
  },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".tok-keyword, .tok-typeName": { color: "var(--accent)" },
  ".tok-comment": { color: "var(--muted)", fontStyle: "italic" },
  ".tok-string, .tok-number, .tok-bool": { color: "var(--good)" },
  ".tok-variableName2, .tok-meta": { color: "var(--warn)" },
});

import { useEffect, useRef, useState } from "react";
import { asApiError } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { followDocument, isSubscription, runDocument } from "./run-document.ts";

/** Maximum number of subscription events shown. A page may stay open for days. */
const mostEvents = 100;

/**
 * Runs one document at a time. The output is text: one response, or the events of a subscription, newest first. Kept
 * only in this component's state.
 */
export function useRun() {
  const [state, setState] = useState<"idle" | "running" | "following">("idle");
  const [text, setText] = useState("");
  const [status, setStatus] = useState<Message | null>(null);
  const [variablesRefused, setVariablesRefused] = useState(false);
  const following = useRef<AbortController>(undefined);
  const stop = () => following.current?.abort();
  // Unmounting ends the subscription.
  useEffect(() => () => following.current?.abort(), []);

  function say(words: Message) {
    // React would call a bare function as a state updater.
    setStatus(() => words);
  }

  async function ask(query: string, variables: string) {
    const answer = await runDocument(query, variables);
    setText(answer.text);
    say(() => `HTTP ${answer.status}`);
  }

  async function follow(query: string, variables: string) {
    const controller = new AbortController();
    following.current = controller;
    const events: string[] = [];
    let count = 0;
    try {
      await followDocument(query, variables, {
        signal: controller.signal,
        open() {
          setState("following");
          say(() => t("explorer.following", { count }));
        },
        event(event) {
          count += 1;
          events.unshift(event);
          events.splice(mostEvents);
          setText(events.join("\n"));
          say(() => t("explorer.following", { count }));
        },
      });
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      following.current = undefined;
    }
    say(() => t("explorer.ended", { count }));
  }

  async function run(query: string, variables: string) {
    if (state !== "idle") return;
    setState("running");
    setVariablesRefused(false);
    setStatus(null);
    setText("");
    try {
      await (isSubscription(query) ? follow : ask)(query, variables);
    } catch (error) {
      if (error instanceof SyntaxError) setVariablesRefused(true);
      else say(() => errorText(asApiError(error)));
    } finally {
      setState("idle");
    }
  }

  return { state, text, status, variablesRefused, run, stop };
}

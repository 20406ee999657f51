import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { readSignUpState } from "./auth-client.ts";

/** Query for whether sign-up is open, and whether the next account would be the first. */
export function useSignUpState() {
  return useQuery({
    queryKey: ["sign-up"],
    queryFn: ({ signal }) => readSignUpState(signal),
    staleTime: 0,
  });
}

/** Token of the set-up link, in the fragment of the page's address; undefined without one. */
export function useSetUpToken(): string | undefined {
  return useSyncExternalStore(onFragment, () => window.location.hash).slice(1) || undefined;
}

/** A link that differs from the page's address by the fragment only does not load the page again. */
function onFragment(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

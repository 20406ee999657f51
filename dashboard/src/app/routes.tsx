import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Redirect, Route, Switch, useLocation, useSearch } from "wouter";
import type { ReturnState } from "../accounts/return-path.ts";
import { readReturnState } from "../accounts/return-path.ts";
import { SignInPage } from "../accounts/sign-in-page.tsx";
import { SignUpPage } from "../accounts/sign-up-page.tsx";
import { useSignUpState } from "../accounts/sign-up-state.ts";
import { useViewer, viewerQuery } from "../accounts/viewer.ts";
import { asApiError } from "../api/api-error.ts";
import { ApiKeysPage } from "../api-keys/api-keys-page.tsx";
import { ProjectsPage } from "../projects/projects-page.tsx";
import { LoadFailure } from "../ui/load-failure.tsx";
import { Loading } from "../ui/loading.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { ProjectPage } from "./project-page.tsx";
import { Shell } from "./shell.tsx";

/** Loaded on demand: it is as large as the rest of the dashboard, and few users need it. */
const ExplorerPage = lazy(() => import("../explorer/explorer-page.tsx"));

/** Routes of the dashboard, and who may see them. */
export function Routes() {
  const viewer = useViewer();
  const [path] = useLocation();
  const search = useSearch();
  const queries = useQueryClient();
  const lastViewer = useRef<string | null>(null);
  const viewerId = viewer.data?.id;
  const outside = path === "/sign-in" || path === "/sign-up";
  useEffect(() => {
    // The sign-in page has shown that the session ended.
    if (outside) lastViewer.current = null;
    if (!viewerId) return;
    if (lastViewer.current && lastViewer.current !== viewerId) {
      // Another tab signed in with another account, which must not see this account's data.
      const others = (query: { queryKey: readonly unknown[] }) =>
        query.queryKey[0] !== viewerQuery.queryKey[0];
      void queries.resetQueries({ predicate: others });
    }
    lastViewer.current = viewerId;
  }, [viewerId, outside, queries]);

  if (viewer.data === undefined) {
    return (
      <Shell viewer={null}>
        {viewer.error ? (
          <LoadFailure error={asApiError(viewer.error)} retry={() => void viewer.refetch()} />
        ) : (
          <Loading />
        )}
      </Shell>
    );
  }
  if (viewer.data === null) {
    return (
      <Shell viewer={null}>
        {outside ? null : (
          <ToSignIn
            state={{ from: search ? `${path}?${search}` : path, sessionEnded: lastViewer.current !== null }}
          />
        )}
        <Switch>
          <Route path="/sign-in" component={SignInPage} />
          <Route path="/sign-up" component={SignUpPage} />
          <Route>
            <Loading />
          </Route>
        </Switch>
      </Shell>
    );
  }
  if (outside) return <Redirect href={readReturnState(window.history.state).from} replace />;
  return (
    <Shell viewer={viewer.data}>
      <Switch>
        <Route path="/" component={ProjectsPage} />
        <Route path="/graphiql">
          <Suspense fallback={<Loading />}>
            <ExplorerPage />
          </Suspense>
        </Route>
        {viewer.data.role === "owner" ? <Route path="/api-keys" component={ApiKeysPage} /> : null}
        <Route path="/projects/:id">
          {({ id }) => <ProjectPage id={readId(id)} section="ttl-secrets" />}
        </Route>
        <Route path="/projects/:id/audit">
          {({ id }) => <ProjectPage id={readId(id)} section="audit" />}
        </Route>
        <Route>
          <NotFoundPage />
        </Route>
      </Switch>
    </Shell>
  );
}

/** Project id from the path. Returns an invalid encoding as is; its page then shows "not found". */
function readId(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Redirects to the sign-in page, or on a new server to the sign-up page. */
function ToSignIn({ state }: { state: ReturnState }) {
  const signUp = useSignUpState();
  if (signUp.isPending) return null;
  return <Redirect href={signUp.data?.first ? "/sign-up" : "/sign-in"} state={state} replace />;
}

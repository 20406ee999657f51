import { lazy, Suspense } from "react";
import { Redirect, Route, Switch, useLocation, useSearch } from "wouter";
import type { ReturnState } from "../accounts/return-path.ts";
import { readReturnState } from "../accounts/return-path.ts";
import { SignInAgain } from "../accounts/sign-in-again.tsx";
import { SignInPage } from "../accounts/sign-in-page.tsx";
import { SignUpPage } from "../accounts/sign-up-page.tsx";
import { useSignUpState } from "../accounts/sign-up-state.ts";
import { memberKey, useMember } from "../accounts/use-member.ts";
import { useViewer, type Viewer } from "../accounts/viewer.ts";
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
  const [path, navigate] = useLocation();
  const search = useSearch();
  const outside = path === "/sign-in" || path === "/sign-up";
  const member = useMember(viewer.data, outside);
  const state: ReturnState = { from: search ? `${path}?${search}` : path };

  if (viewer.data === undefined || (viewer.data && !member)) {
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
  if (!member) {
    return (
      <Shell viewer={null}>
        {outside ? null : <ToSignIn state={state} />}
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
    <>
      {/* The key discards everything typed if another account signs in. */}
      <div key={memberKey(member)} className={viewer.data ? undefined : "signed-out"}>
        <Shell viewer={member}>
          <Pages member={member} />
        </Shell>
      </div>
      {viewer.data ? null : <SignInAgain member={member} onLeave={() => navigate("/sign-in", { state })} />}
    </>
  );
}

function Pages({ member }: { member: Viewer }) {
  return (
    <Switch>
      <Route path="/" component={ProjectsPage} />
      <Route path="/graphiql">
        <Suspense fallback={<Loading />}>
          <ExplorerPage />
        </Suspense>
      </Route>
      {member.role === "owner" ? <Route path="/api-keys" component={ApiKeysPage} /> : null}
      <Route path="/projects/:id">
        {({ id }) => <ProjectPage id={readId(id)} section="ttl-secrets" viewerId={member.id} />}
      </Route>
      <Route path="/projects/:id/audit">
        {({ id }) => <ProjectPage id={readId(id)} section="audit" viewerId={member.id} />}
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
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

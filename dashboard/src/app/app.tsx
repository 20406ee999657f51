import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Routes } from "./routes.tsx";

/** The whole dashboard. */
export function App({ queries }: { queries: QueryClient }) {
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        <Routes />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

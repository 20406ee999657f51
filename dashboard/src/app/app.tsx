import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useLanguage } from "../i18n/i18n.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Routes } from "./routes.tsx";

/** Root component. */
export function App({ queries }: { queries: QueryClient }) {
  // Rerenders everything when the language changes; state is preserved.
  useLanguage();
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        <Routes />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

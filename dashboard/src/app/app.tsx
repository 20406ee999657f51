import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useLanguage } from "../i18n/i18n.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Routes } from "./routes.tsx";

/** The whole dashboard. */
export function App({ queries }: { queries: QueryClient }) {
  // Draws everything again in another language; what is kept in state stays.
  useLanguage();
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queries}>
        <Routes />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

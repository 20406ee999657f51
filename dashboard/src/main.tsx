import "@ttl-secrets/reveal/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./ui/dialog.css";
import "./ui/table.css";
import "./app/app.css";
import "./accounts/accounts.css";
import "./projects/projects.css";
import "./ttl-secrets/ttl-secrets.css";
import "./audit/audit.css";
import "./api-keys/api-keys.css";
import "./settings/settings.css";
import "./ui/print.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { createQueryClient } from "./app/query-client.ts";
import { startLanguage } from "./settings/language.ts";
import { startTheme } from "./settings/theme.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

startTheme();
startLanguage();
createRoot(root, {
  // Keeps React from logging errors to the console: an error may quote rendered data.
  onCaughtError: () => {},
  onUncaughtError: () => {},
  onRecoverableError: () => {},
}).render(
  <StrictMode>
    <App queries={createQueryClient()} />
  </StrictMode>,
);

import "@ttl-secrets/reveal/tokens.css";
import "./shared/base.css";
import "./shared/controls.css";
import "./shared/dialog.css";
import "./shared/table.css";
import "./app/app.css";
import "./accounts/accounts.css";
import "./projects/projects.css";
import "./ttl-secrets/ttl-secrets.css";
import "./audit/audit.css";
import "./api-keys/api-keys.css";
import "./look/look.css";
import "./shared/print.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { createQueryClient } from "./app/query-client.ts";
import { startLanguage } from "./look/language.ts";
import { startTheme } from "./look/theme.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

startTheme();
startLanguage();
createRoot(root, {
  // React would write the error to the console, and an error may quote what it was drawing.
  onCaughtError: () => {},
  onUncaughtError: () => {},
  onRecoverableError: () => {},
}).render(
  <StrictMode>
    <App queries={createQueryClient()} />
  </StrictMode>,
);

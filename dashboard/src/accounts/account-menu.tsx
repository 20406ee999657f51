import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { asApiError } from "../shared/api-error.ts";
import { errorText } from "../shared/error-text.ts";
import { DownIcon } from "../shared/icons.tsx";
import { Notice } from "../shared/notice.tsx";
import { signOut } from "./auth-client.ts";
import { ChangePasswordDialog } from "./change-password-dialog.tsx";
import { type Viewer, viewerQuery } from "./viewer.ts";

/** The vault one works in and the account one works as, with its password and the way out. */
export function AccountMenu({ viewer }: { viewer: Viewer }) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const [changingPassword, setChangingPassword] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const wrapper = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const closeOutside = (event: Event) => {
      if (!wrapper.current?.contains(event.target as Node)) setOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("keydown", closeOnEscape);
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("focusin", closeOutside);
    return () => {
      document.removeEventListener("keydown", closeOnEscape);
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("focusin", closeOutside);
    };
  }, [open]);

  async function leave() {
    setFailure(null);
    try {
      const refusal = await signOut();
      if (refusal) return setFailure(refusal.text);
    } catch (error) {
      return setFailure(errorText(asApiError(error)));
    }
    navigate("/sign-in");
    queries.setQueryData(viewerQuery.queryKey, null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== viewerQuery.queryKey[0] });
  }

  return (
    <div className="menu account" ref={wrapper}>
      <button
        ref={button}
        type="button"
        className="account-button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <span className="avatar" aria-hidden="true">
          {[...viewer.name][0]?.toUpperCase() ?? "?"}
        </span>
        <span className="visually-hidden">Account: {viewer.email}, </span>
        <span className="account-vault">{viewer.vault.name}</span>
        <DownIcon />
      </button>
      {open ? (
        <div className="menu-list account-panel" id={id}>
          <p className="account-name">{viewer.name}</p>
          <p className="account-email">{viewer.email}</p>
          <p className="account-role">
            {viewer.role.toLowerCase()} of <span>{viewer.vault.name}</span>
          </p>
          {failure ? <Notice>{failure}</Notice> : null}
          <button
            type="button"
            className="button button-block"
            onClick={() => {
              setOpen(false);
              // The dialog gives the focus back to what has it now.
              button.current?.focus();
              setChangingPassword(true);
            }}
          >
            Change password…
          </button>
          {viewer.role === "owner" ? (
            <Link href="/api-keys" className="button button-block" onClick={() => setOpen(false)}>
              API keys
            </Link>
          ) : null}
          <Link href="/graphiql" className="button button-block" onClick={() => setOpen(false)}>
            API explorer
          </Link>
          <button type="button" className="button button-block" onClick={() => void leave()}>
            <span>Sign out</span> <span className="sign-out-where">on all your devices</span>
          </button>
        </div>
      ) : null}
      {changingPassword ? (
        <ChangePasswordDialog email={viewer.email} onClose={() => setChangingPassword(false)} />
      ) : null}
    </div>
  );
}

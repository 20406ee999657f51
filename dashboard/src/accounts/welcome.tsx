import type { ReactNode } from "react";

/** The page of somebody who is not signed in: what this is, and one form. */
export function Welcome({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="welcome">
      <section className="welcome-card">
        <h1>{title}</h1>
        {children}
      </section>
      <section className="welcome-pitch" aria-label="What TTL Secrets does">
        <p className="welcome-lead">Hand one credential to one person, once.</p>
        <ol className="welcome-steps">
          <li>
            <strong>You make a TTL secret.</strong> You get a link and a six-word passphrase.
          </li>
          <li>
            <strong>You send them apart.</strong> The link one way, the passphrase another.
          </li>
          <li>
            <strong>It opens once.</strong> One attempt destroys it, and so does its time running out.
          </li>
        </ol>
      </section>
    </div>
  );
}

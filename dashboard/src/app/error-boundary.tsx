import { Component, type ReactNode } from "react";

/** Catches what should not happen while drawing a page, so that there is a message and never a blank one. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div className="plain-message" role="alert">
        <h1>This page broke</h1>
        <p>That is our mistake, and nothing you made is lost. Reload the page to go on.</p>
        <button type="button" className="button button-primary" onClick={() => window.location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}

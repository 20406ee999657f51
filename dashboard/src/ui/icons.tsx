import type { ReactNode } from "react";

/** Icons are decorative: each has visible text next to it or is inside a labelled button. */
function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** A plus: something new. */
export function PlusIcon() {
  return (
    <Icon>
      <path d="M8 3v10M3 8h10" />
    </Icon>
  );
}

/** A cross: close. */
export function CloseIcon() {
  return (
    <Icon>
      <path d="m4 4 8 8M12 4l-8 8" />
    </Icon>
  );
}

/** A chevron pointing down: a menu opens. */
export function DownIcon() {
  return (
    <Icon>
      <path d="m4 6 4 4 4-4" />
    </Icon>
  );
}

/** A chevron in reading direction: next. */
export function NextIcon() {
  return (
    <span className="icon-mirrored">
      <Icon>
        <path d="m6 4 4 4-4 4" />
      </Icon>
    </span>
  );
}

/** Two sheets: copy. */
export function CopyIcon() {
  return (
    <Icon>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </Icon>
  );
}

/** A tick: done. */
export function TickIcon() {
  return (
    <Icon>
      <path d="m3 8.5 3.5 3.5L13 4.5" />
    </Icon>
  );
}

/** An eye: viewed. */
export function EyeIcon() {
  return (
    <Icon>
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="1.9" />
    </Icon>
  );
}

/** A triangle with an exclamation mark: error. */
export function AlertIcon() {
  return (
    <Icon>
      <path d="M8 2.5 14.5 13.5h-13L8 2.5Z" />
      <path d="M8 6.5v3M8 11.6v.1" />
    </Icon>
  );
}

/** A clock: expired. */
export function ClockIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.3 1.5" />
    </Icon>
  );
}

/** A globe: languages. */
export function GlobeIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6" />
      <path d="M2 8h12M8 2c2.2 2 2.2 10 0 12M8 2c-2.2 2-2.2 10 0 12" />
    </Icon>
  );
}

/** A bent arrow: revoked. */
export function RevokedIcon() {
  return (
    <Icon>
      <path d="M5.5 3 2.5 6l3 3" />
      <path d="M2.5 6H10a3.5 3.5 0 0 1 0 7H6" />
    </Icon>
  );
}

/** A ring that shrinks, as in the brand mark: remaining fraction of a TTL, from 1 to 0. */
export function RingIcon({ left }: { left: number }) {
  const radius = 6;
  const length = 2 * Math.PI * radius;
  const shown = Math.min(1, Math.max(0, left)) * length;
  return (
    <svg className="icon ring" viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false">
      <circle className="ring-used" cx="8" cy="8" r={radius} strokeWidth="2" />
      <circle
        className="ring-left"
        cx="8"
        cy="8"
        r={radius}
        strokeWidth="2"
        strokeDasharray={`${shown.toFixed(2)} ${length.toFixed(2)}`}
        transform="rotate(-90 8 8)"
      />
      <circle className="ring-dot" cx="8" cy="8" r="1.6" />
    </svg>
  );
}

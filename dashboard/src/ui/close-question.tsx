import { useEffect, useId, useRef } from "react";

/** Confirmation inside a dialog before its content is lost. Focuses the safe answer. */
export function CloseQuestion(props: {
  question: string;
  stayLabel: string;
  closeLabel: string;
  onStay: () => void;
  onClose: () => void;
}) {
  const stay = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => stay.current?.focus(), []);
  return (
    <section className="close-question" aria-labelledby={id}>
      <p id={id}>{props.question}</p>
      <div className="dialog-actions">
        <button type="button" className="button button-quiet-danger" onClick={props.onClose}>
          {props.closeLabel}
        </button>
        <button ref={stay} type="button" className="button button-primary" onClick={props.onStay}>
          {props.stayLabel}
        </button>
      </div>
    </section>
  );
}

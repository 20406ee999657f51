import { useEffect, useEffectEvent, useId, useState } from "react";
import type { TtlSecretOrder } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import { type ListView, maxSearch, orders, searchable, statuses } from "./list-view.ts";
import { statusWord } from "./ttl-secret.ts";
import { statusIcons } from "./ttl-secret-status.tsx";

/** Typing has come to rest: so long after the last letter the server is asked. */
const restMs = 300;

/** What a list is searched, filtered and ordered by. */
export function ListControls(props: { view: ListView; onChange: (changes: Partial<ListView>) => void }) {
  const { view, onChange } = props;
  const [typed, setTyped] = useState(view.search);
  const id = useId();

  // Back, and "show all", change the search from outside.
  const [searched, setSearched] = useState(view.search);
  if (searched !== view.search) {
    setSearched(view.search);
    if (searchable(typed) !== view.search) setTyped(view.search);
  }

  const search = useEffectEvent((text: string) => {
    if (searchable(text) !== view.search) onChange({ search: searchable(text) });
  });
  useEffect(() => {
    const timer = setTimeout(() => search(typed), restMs);
    return () => clearTimeout(timer);
  }, [typed]);

  const toggle = (status: (typeof statuses)[number]) =>
    onChange({
      statuses: view.statuses.includes(status)
        ? view.statuses.filter((each) => each !== status)
        : [...view.statuses, status],
    });

  return (
    <search className="list-controls">
      <div className="list-control">
        <label htmlFor={`${id}-search`}>{t("ttlSecrets.search")}</label>
        <input
          id={`${id}-search`}
          className="input"
          type="search"
          autoComplete="off"
          spellCheck={false}
          maxLength={2 * maxSearch}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="list-control">
        <label htmlFor={`${id}-sort`}>{t("ttlSecrets.order")}</label>
        <select
          id={`${id}-sort`}
          className="input"
          value={view.order}
          onChange={(event) => onChange({ order: event.target.value as TtlSecretOrder })}
        >
          {orders.map((order) => (
            <option key={order} value={order}>
              {t(orderTexts[order])}
            </option>
          ))}
        </select>
      </div>
      <fieldset className="list-statuses">
        <legend>{t("ttlSecrets.status")}</legend>
        {statuses.map((status) => (
          <label key={status} className={`list-status status-${status.toLowerCase()}`}>
            <input type="checkbox" checked={view.statuses.includes(status)} onChange={() => toggle(status)} />
            {statusIcons[status]}
            <span>{statusWord(status)}</span>
          </label>
        ))}
      </fieldset>
    </search>
  );
}

const orderTexts = {
  NEWEST_FIRST: "ttlSecrets.orders.newest",
  NAME: "ttlSecrets.orders.name",
  EXPIRES_FIRST: "ttlSecrets.orders.expiresFirst",
  EXPIRES_LAST: "ttlSecrets.orders.expiresLast",
} as const satisfies Record<TtlSecretOrder, string>;

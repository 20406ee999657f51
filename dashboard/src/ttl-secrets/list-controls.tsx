import { useEffect, useEffectEvent, useId, useRef, useState } from "react";
import type { TtlSecretOrder } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import {
  isFiltered,
  type ListView,
  maxSearch,
  orders,
  searchable,
  statuses,
  unfiltered,
} from "./list-view.ts";
import { statusWord } from "./ttl-secret.ts";
import { statusIcons } from "./ttl-secret-status.tsx";

/** Debounce of the search in ms. */
const restMs = 300;

/**
 * Search, filter and order of a list. Each choice is a history entry that Back undoes; a whole search is one entry,
 * however often typing pauses.
 */
export function ListControls(props: {
  view: ListView;
  /** `replace`: replaces the history entry instead of adding one. */
  onChange: (changes: Partial<ListView>, how: { replace: boolean }) => void;
}) {
  const { view, onChange } = props;
  const [typed, setTyped] = useState(view.search);
  const [isSearching, setSearching] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  const id = useId();

  // Back and "Show all" change the search from outside.
  const [searched, setSearched] = useState(view.search);
  if (searched !== view.search) {
    setSearched(view.search);
    if (searchable(typed) !== view.search) setTyped(view.search);
  }

  function search() {
    if (searchable(typed) === view.search) return;
    onChange({ search: searchable(typed) }, { replace: isSearching });
    setSearching(true);
  }
  const searchAtRest = useEffectEvent(search);
  useEffect(() => {
    const timer = setTimeout(() => searchAtRest(), restMs);
    return () => clearTimeout(timer);
  }, [typed]);

  const choose = (changes: Partial<ListView>) => onChange(changes, { replace: false });
  const toggle = (status: (typeof statuses)[number]) =>
    choose({
      statuses: view.statuses.includes(status)
        ? view.statuses.filter((each) => each !== status)
        : [...view.statuses, status],
    });

  return (
    <search className="list-controls">
      <div className="list-control">
        <label htmlFor={`${id}-search`}>{t("ttlSecrets.search")}</label>
        <input
          ref={searchBox}
          id={`${id}-search`}
          className="input"
          type="search"
          autoComplete="off"
          spellCheck={false}
          maxLength={2 * maxSearch}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => {
            // The next choice is a history entry of its own.
            search();
            setSearching(false);
          }}
        />
      </div>
      <div className="list-control">
        <label htmlFor={`${id}-sort`}>{t("ttlSecrets.order")}</label>
        <select
          id={`${id}-sort`}
          className="input"
          value={view.order}
          onChange={(event) => choose({ order: event.target.value as TtlSecretOrder })}
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
        {isFiltered(view) ? (
          <button
            type="button"
            className="button button-small button-quiet"
            onClick={() => {
              setTyped("");
              choose(unfiltered);
              // This button is about to be unmounted.
              searchBox.current?.focus();
            }}
          >
            {t("ttlSecrets.showAll")}
          </button>
        ) : null}
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

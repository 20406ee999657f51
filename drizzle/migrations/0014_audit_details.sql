ALTER TABLE "audit_events" ADD COLUMN "details" text;--> statement-breakpoint
-- Every existing row satisfies the wider constraint, so this does not read the table while it is locked. The next migration
-- validates it.
ALTER TABLE "audit_events" DROP CONSTRAINT "audit_events_action";--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_action" CHECK ("audit_events"."action" IN ('temporary_secret_create', 'temporary_secret_viewed', 'temporary_secret_failed', 'temporary_secret_revoked', 'project_deleted')) NOT VALID;--> statement-breakpoint
-- An event without details has the same hash as before, so older events and those of the previous release stay valid. With
-- details it is hashed under another version, with the details as its last field. `api/src/audit/chain.ts` does the same.
CREATE OR REPLACE FUNCTION audit_event_hash(previous bytea, place bigint, event audit_events) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(string_agg(coalesce(octet_length(field) || ':' || field, '-'), ',' ORDER BY n), 'UTF8'))
  FROM unnest(ARRAY[
    CASE WHEN event.details IS NULL THEN 'audit event 1' ELSE 'audit event 2' END,
    encode(previous, 'hex'), place::text, event.vault_id, event.id::text, event.project_id::text,
    event.action, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z" BC'), event.source_ip::text,
    event.actor, event.ttl_secret_id::text, event.ttl_secret_name, event.details
  ]) WITH ORDINALITY AS fields(field, n)
  WHERE n <= 12 OR event.details IS NOT NULL
$$;

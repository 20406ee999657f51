-- Replicas of the release before go on working beside this one, so they wait here for a moment. The payloads' lock comes
-- first: an attempt that waits there has consumed nothing, while one that could not be settled would have.
LOCK TABLE ttl_secret_payloads IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
CREATE TABLE "audit_chains" (
	"vault_id" text PRIMARY KEY NOT NULL,
	"length" bigint NOT NULL,
	"head" "bytea" NOT NULL,
	CONSTRAINT "audit_chains_length" CHECK ("audit_chains"."length" >= 0),
	CONSTRAINT "audit_chains_head" CHECK (octet_length("audit_chains"."head") = 32)
);
--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "hash" "bytea";--> statement-breakpoint
-- SHA-256 over the hash of the event before (32 zero bytes before the first), the event's place and its other columns,
-- each as `bytes:text`, or `-` for NULL, joined by commas, so that no two events make the same text. Times are in UTC to the
-- microsecond, addresses with their prefix; none of it depends on a setting. `api/src/audit/chain.ts` does the same.
CREATE FUNCTION audit_event_hash(previous bytea, place bigint, event audit_events) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(string_agg(coalesce(octet_length(field) || ':' || field, '-'), ',' ORDER BY n), 'UTF8'))
  FROM unnest(ARRAY[
    'audit event 1', encode(previous, 'hex'), place::text, event.vault_id, event.id::text, event.project_id::text,
    event.action, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z" BC'), event.source_ip::text,
    event.actor, event.ttl_secret_id::text, event.ttl_secret_name
  ]) WITH ORDINALITY AS fields(field, n)
$$;
--> statement-breakpoint
-- One UPDATE takes the vault's row, which the next event of the vault then waits for, and moves it on.
CREATE FUNCTION chain_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    UPDATE audit_chains SET length = length + 1, head = audit_event_hash(head, length + 1, NEW)
    WHERE vault_id = NEW.vault_id RETURNING length, head INTO NEW.seq, NEW.hash;
    IF FOUND THEN
      RETURN NEW;
    END IF;
    INSERT INTO audit_chains VALUES (NEW.vault_id, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
  END LOOP;
END
$$;
--> statement-breakpoint
-- The events there are, in the order in which they were told until now.
ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only;
--> statement-breakpoint
DO $$
DECLARE
  event audit_events;
  vault text;
  place bigint;
  head bytea;
BEGIN
  FOR event IN SELECT * FROM audit_events ORDER BY vault_id, at, id LOOP
    IF vault IS DISTINCT FROM event.vault_id THEN
      IF vault IS NOT NULL THEN
        INSERT INTO audit_chains VALUES (vault, place, head);
      END IF;
      vault := event.vault_id;
      place := 0;
      head := decode(repeat('00', 32), 'hex');
    END IF;
    place := place + 1;
    head := audit_event_hash(head, place, event);
    UPDATE audit_events SET seq = place, hash = head WHERE id = event.id;
  END LOOP;
  IF vault IS NOT NULL THEN
    INSERT INTO audit_chains VALUES (vault, place, head);
  END IF;
END
$$;
--> statement-breakpoint
ALTER TABLE audit_events ENABLE TRIGGER audit_events_append_only;
--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "seq" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_events" ALTER COLUMN "hash" SET NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_events_chain" ON "audit_events" USING btree ("vault_id","seq");
--> statement-breakpoint
CREATE TRIGGER audit_events_chain BEFORE INSERT ON audit_events
  FOR EACH ROW EXECUTE FUNCTION chain_audit_event();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE TRIGGER audit_chains_kept BEFORE DELETE ON audit_chains
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
--> statement-breakpoint
CREATE TRIGGER audit_chains_no_truncate BEFORE TRUNCATE ON audit_chains
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

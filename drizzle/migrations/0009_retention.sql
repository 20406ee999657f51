CREATE TABLE "audit_chain_starts" (
	"vault_id" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"moved_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "ttl_secrets_ended_at" ON "ttl_secrets" USING btree ("ended_at");--> statement-breakpoint
-- Where a vault's chain starts when its oldest events were let go of. Only forwards, only to an event that is there, and
-- only past events of more than 30 days: whoever can write here but is not the tables' owner hides nothing recent.
CREATE FUNCTION check_audit_chain_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.vault_id <> OLD.vault_id OR NEW.seq <= OLD.seq) THEN
    RAISE EXCEPTION 'a chain''s start moves forwards only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT FROM audit_events WHERE vault_id = NEW.vault_id AND seq = NEW.seq AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'a chain starts after an event of its own' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT FROM audit_events
      WHERE vault_id = NEW.vault_id AND seq <= NEW.seq AND at > now() - interval '30 days') THEN
    RAISE EXCEPTION 'audit events are kept for 30 days at least' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER audit_chain_starts_checked BEFORE INSERT OR UPDATE ON audit_chain_starts
  FOR EACH ROW EXECUTE FUNCTION check_audit_chain_start();
--> statement-breakpoint
CREATE TRIGGER audit_chain_starts_kept BEFORE DELETE ON audit_chain_starts
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
--> statement-breakpoint
CREATE TRIGGER audit_chain_starts_no_truncate BEFORE TRUNCATE ON audit_chain_starts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
--> statement-breakpoint
-- What the trigger of audit_events calls: an event before its chain's start may go.
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'audit_events' AND TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM audit_chain_starts WHERE vault_id = OLD.vault_id AND seq >= OLD.seq) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

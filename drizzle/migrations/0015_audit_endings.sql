ALTER TABLE "audit_events" VALIDATE CONSTRAINT "audit_events_action";--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_events_endings" ON "audit_events" USING btree ("vault_id","ttl_secret_id") WHERE "audit_events"."action" IN ('temporary_secret_viewed', 'temporary_secret_failed');

-- An attempt that waits here while the index is made has consumed nothing.
LOCK TABLE ttl_secret_payloads IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
CREATE INDEX "auth_rate_limits_last_request" ON "auth_rate_limits" USING btree ("last_request");--> statement-breakpoint
CREATE INDEX "ttl_secret_payloads_lineage" ON "ttl_secret_payloads" USING btree ("lineage" COLLATE "C");

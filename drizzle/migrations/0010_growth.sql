CREATE INDEX IF NOT EXISTS "ttl_secret_payloads_lineage" ON "ttl_secret_payloads" USING btree ("lineage" COLLATE "C");

CREATE INDEX IF NOT EXISTS "auth_rate_limits_last_request" ON "auth_rate_limits" USING btree ("last_request");

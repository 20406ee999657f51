CREATE INDEX IF NOT EXISTS "sessions_expires_at" ON "sessions" USING btree ("expires_at");

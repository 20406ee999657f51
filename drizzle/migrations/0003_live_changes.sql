ALTER TABLE "ttl_secrets" ADD COLUMN "changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "ttl_secrets_changed" ON "ttl_secrets" USING btree ("project_id","changed_at","id");--> statement-breakpoint
-- When a row changed is the database's to say, whoever changes it and however.
CREATE FUNCTION stamp_ttl_secret_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := clock_timestamp();
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER ttl_secrets_stamp_change BEFORE UPDATE ON ttl_secrets
  FOR EACH ROW EXECUTE FUNCTION stamp_ttl_secret_change();
--> statement-breakpoint
-- Tells every server process what changed: `subject id,id,…`. Ids only; what they stand for is read by those who may.
-- 200 ids of at most 36 characters stay below the 8,000 bytes that a notification may have, so the 1,000 secrets of
-- a sweep's batch make a handful of them. PostgreSQL sends them when the transaction commits, and only then.
CREATE FUNCTION notify_live(subject text, ids text[]) RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('ttl_secrets_live', subject || ' ' || string_agg(id, ','))
  FROM (SELECT id, (row_number() OVER () - 1) / 200 AS chunk FROM unnest(ids) AS id) AS numbered
  GROUP BY chunk
$$;
--> statement-breakpoint
CREATE FUNCTION notify_secrets_created() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM notify_live('secrets:' || project_id, array_agg(id::text)) FROM after GROUP BY project_id;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER ttl_secrets_notify_created AFTER INSERT ON ttl_secrets
  REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION notify_secrets_created();
--> statement-breakpoint
-- A claim is left out: until it is settled its secret reads as pending, so there is nothing to tell. Committing a
-- notification takes a lock that all such commits of the server share; this way a reveal takes it once, not twice.
CREATE FUNCTION notify_secrets_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM notify_live('secrets:' || n.project_id, array_agg(n.id::text))
  FROM after n JOIN before o USING (id)
  WHERE NOT (o.status = 'pending' AND n.attempted_from IS NOT NULL)
    AND (n.project_id, n.name, n.status, n.destroyed_reason, n.expires_at, n.ended_at, n.created_by, n.attempted_from)
      IS DISTINCT FROM
        (o.project_id, o.name, o.status, o.destroyed_reason, o.expires_at, o.ended_at, o.created_by, o.attempted_from)
  GROUP BY n.project_id;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER ttl_secrets_notify_changed AFTER UPDATE ON ttl_secrets
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION notify_secrets_changed();
--> statement-breakpoint
-- What a stream's right to go on hangs on. Cascades come by here too: a deleted user's sessions, a deleted vault's
-- projects. The id stands in the column that the trigger names.
CREATE FUNCTION notify_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM notify_live(TG_ARGV[0], array_agg(DISTINCT to_jsonb(o) ->> TG_ARGV[1])) FROM before o HAVING count(*) > 0;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER projects_notify_deleted AFTER DELETE ON projects
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION notify_access_changed('projects', 'id');
--> statement-breakpoint
CREATE TRIGGER sessions_notify_deleted AFTER DELETE ON sessions
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION notify_access_changed('sessions', 'id');
--> statement-breakpoint
CREATE TRIGGER members_notify_deleted AFTER DELETE ON members
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION notify_access_changed('users', 'user_id');
--> statement-breakpoint
CREATE TRIGGER members_notify_changed AFTER UPDATE ON members
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION notify_access_changed('users', 'user_id');
--> statement-breakpoint
-- A session in use is prolonged now and then, which is nothing to tell; one that was cut short is.
CREATE FUNCTION notify_sessions_shortened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM notify_live('sessions', array_agg(o.id)) FROM before o LEFT JOIN after n USING (id)
  WHERE n.id IS NULL OR n.user_id <> o.user_id OR n.expires_at < o.expires_at
  HAVING count(*) > 0;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER sessions_notify_shortened AFTER UPDATE ON sessions
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION notify_sessions_shortened();
--> statement-breakpoint
-- A key's last use is written every minute, which is nothing to tell.
CREATE FUNCTION notify_keys_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM notify_live('keys', array_agg(o.id::text)) FROM before o LEFT JOIN after n USING (id)
  WHERE (n.vault_id, n.scopes, n.project_ids, n.expires_at, n.revoked_at)
    IS DISTINCT FROM (o.vault_id, o.scopes, o.project_ids, o.expires_at, o.revoked_at)
  HAVING count(*) > 0;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER api_keys_notify_changed AFTER UPDATE ON api_keys
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION notify_keys_changed();
--> statement-breakpoint
CREATE TRIGGER api_keys_notify_deleted AFTER DELETE ON api_keys
  REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION notify_access_changed('keys', 'id');

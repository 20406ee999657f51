CREATE TABLE "database_watch" (
	"id" smallint PRIMARY KEY NOT NULL,
	"generation" integer NOT NULL,
	"beat" bigint NOT NULL
);
--> statement-breakpoint
INSERT INTO "database_watch" VALUES (1, 0, 0);
--> statement-breakpoint
-- Which server this is, which line of its history, which database and which table, as one text. A promoted standby and
-- a recovery from an archive start a new timeline at once (the control file tells of it only after the next checkpoint);
-- a dump that is loaded elsewhere, or once more here, gets other ids. Where the server does not tell (some hosted ones),
-- that part is a dash.
CREATE FUNCTION database_lineage() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  server text := '-';
  timeline text := '-';
BEGIN
  BEGIN
    SELECT system_identifier::text INTO server FROM pg_control_system();
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
    server := '-';
  END;
  BEGIN
    IF NOT pg_is_in_recovery() THEN
      timeline := ltrim(left(pg_walfile_name(pg_current_wal_lsn()), 8), '0');
    END IF;
  EXCEPTION WHEN insufficient_privilege OR undefined_function OR feature_not_supported THEN
    timeline := '-';
  END;
  RETURN concat_ws('/', server, timeline,
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'ttl_secret_payloads'::regclass::oid);
END
$$;
--> statement-breakpoint
ALTER TABLE "ttl_secret_payloads" ADD COLUMN "lineage" text DEFAULT database_lineage() NOT NULL;

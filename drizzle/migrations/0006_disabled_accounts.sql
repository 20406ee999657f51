ALTER TABLE "users" ADD COLUMN "disabled_at" timestamp (3) with time zone;--> statement-breakpoint
-- Waits for an account that is just being disabled, and is waited for by it: so no sign-in that was under way leaves a
-- session behind.
CREATE FUNCTION refuse_disabled_session() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_disabled boolean;
BEGIN
  SELECT disabled_at IS NOT NULL INTO is_disabled FROM users WHERE id = NEW.user_id FOR SHARE;
  IF is_disabled THEN
    RAISE EXCEPTION 'the account is disabled' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER sessions_refuse_disabled BEFORE INSERT ON sessions
  FOR EACH ROW EXECUTE FUNCTION refuse_disabled_session();

CREATE TABLE "audit_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"vault_id" text NOT NULL,
	"project_id" uuid NOT NULL,
	"action" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"source_ip" "inet" NOT NULL,
	"actor" text,
	"ttl_secret_id" uuid,
	"ttl_secret_name" text,
	CONSTRAINT "audit_events_action" CHECK ("audit_events"."action" IN ('temporary_secret_create', 'temporary_secret_viewed', 'temporary_secret_failed', 'temporary_secret_revoked'))
);
--> statement-breakpoint
CREATE TABLE "auth_rate_limits" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "auth_rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "members" (
	"vault_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_vault_id_user_id_pk" PRIMARY KEY("vault_id","user_id"),
	CONSTRAINT "members_role" CHECK ("members"."role" IN ('owner', 'member'))
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY NOT NULL,
	"vault_id" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_name_length" CHECK (char_length("projects"."name") BETWEEN 1 AND 200)
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer NOT NULL,
	"expire" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "ttl_secret_payloads" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"secret_id" uuid NOT NULL,
	"version" smallint NOT NULL,
	"kid" text NOT NULL,
	"nonce" "bytea" NOT NULL,
	"ciphertext" "bytea" NOT NULL,
	"verifier" "bytea" NOT NULL,
	"salt" "bytea" NOT NULL,
	"argon2_memory_kib" integer NOT NULL,
	"argon2_time_cost" integer NOT NULL,
	"argon2_parallelism" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ttl_secret_payloads_secret_id_unique" UNIQUE("secret_id"),
	CONSTRAINT "ttl_secret_payloads_token_hash" CHECK (octet_length("ttl_secret_payloads"."token_hash") = 32),
	CONSTRAINT "ttl_secret_payloads_nonce" CHECK (octet_length("ttl_secret_payloads"."nonce") = 12),
	CONSTRAINT "ttl_secret_payloads_ciphertext" CHECK (octet_length("ttl_secret_payloads"."ciphertext") BETWEEN 17 AND 65552),
	CONSTRAINT "ttl_secret_payloads_verifier" CHECK (octet_length("ttl_secret_payloads"."verifier") = 32),
	CONSTRAINT "ttl_secret_payloads_version" CHECK ("ttl_secret_payloads"."version" >= 1),
	CONSTRAINT "ttl_secret_payloads_kid" CHECK (char_length("ttl_secret_payloads"."kid") BETWEEN 1 AND 32),
	CONSTRAINT "ttl_secret_payloads_argon2" CHECK ("ttl_secret_payloads"."argon2_memory_kib" BETWEEN 8 AND 1048576 AND "ttl_secret_payloads"."argon2_time_cost" BETWEEN 1 AND 16
        AND "ttl_secret_payloads"."argon2_parallelism" BETWEEN 1 AND 16),
	CONSTRAINT "ttl_secret_payloads_salt" CHECK (octet_length("ttl_secret_payloads"."salt") = 16)
);
--> statement-breakpoint
CREATE TABLE "ttl_secrets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"destroyed_reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"attempted_from" "inet",
	CONSTRAINT "ttl_secrets_name_length" CHECK (char_length("ttl_secrets"."name") BETWEEN 1 AND 200),
	CONSTRAINT "ttl_secrets_ttl" CHECK ("ttl_secrets"."expires_at" - "ttl_secrets"."created_at" BETWEEN interval '60 seconds' AND interval '86400 seconds'),
	CONSTRAINT "ttl_secrets_status" CHECK ("ttl_secrets"."status" IN ('pending', 'viewed', 'destroyed', 'expired', 'revoked')),
	CONSTRAINT "ttl_secrets_ended" CHECK (("ttl_secrets"."status" = 'pending') = ("ttl_secrets"."ended_at" IS NULL)),
	CONSTRAINT "ttl_secrets_reason" CHECK (CASE WHEN "ttl_secrets"."status" = 'destroyed'
            THEN "ttl_secrets"."destroyed_reason" IS NOT NULL
             AND "ttl_secrets"."destroyed_reason" IN ('wrong_passphrase', 'interrupted', 'unreadable')
            ELSE "ttl_secrets"."destroyed_reason" IS NULL END),
	CONSTRAINT "ttl_secrets_attempt" CHECK ("ttl_secrets"."attempted_from" IS NULL OR ("ttl_secrets"."status" = 'destroyed' AND "ttl_secrets"."destroyed_reason" = 'interrupted'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"founder" boolean,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "vaults" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"personal_of" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "vaults_personal_of_unique" UNIQUE("personal_of"),
	CONSTRAINT "vaults_id_shape" CHECK ("vaults"."id" ~ '^vault_[0-9a-z]{16,32}$')
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_vault_id_vaults_id_fk" FOREIGN KEY ("vault_id") REFERENCES "public"."vaults"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_vault_id_vaults_id_fk" FOREIGN KEY ("vault_id") REFERENCES "public"."vaults"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ttl_secret_payloads" ADD CONSTRAINT "ttl_secret_payloads_secret_id_ttl_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."ttl_secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ttl_secrets" ADD CONSTRAINT "ttl_secrets_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vaults" ADD CONSTRAINT "vaults_personal_of_users_id_fk" FOREIGN KEY ("personal_of") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_page" ON "audit_events" USING btree ("vault_id","project_id","at","id");--> statement-breakpoint
CREATE INDEX "credentials_user_id" ON "credentials" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "members_user_id" ON "members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "projects_page" ON "projects" USING btree ("vault_id","created_at","id");--> statement-breakpoint
CREATE INDEX "rate_limits_expire" ON "rate_limits" USING btree ("expire");--> statement-breakpoint
CREATE INDEX "sessions_user_id" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "ttl_secret_payloads_expires_at" ON "ttl_secret_payloads" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "ttl_secrets_page" ON "ttl_secrets" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "ttl_secrets_pending" ON "ttl_secrets" USING btree ("project_id","expires_at") WHERE "ttl_secrets"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "ttl_secrets_open_attempts" ON "ttl_secrets" USING btree ("ended_at") WHERE "ttl_secrets"."attempted_from" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "users_one_founder" ON "users" USING btree ("founder") WHERE "users"."founder";--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"vault_id" text NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"project_ids" uuid[],
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"last_used_ip" "inet",
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash"),
	CONSTRAINT "api_keys_name_length" CHECK (char_length("api_keys"."name") BETWEEN 1 AND 200),
	CONSTRAINT "api_keys_key_hash" CHECK (octet_length("api_keys"."key_hash") = 32),
	CONSTRAINT "api_keys_scopes" CHECK (cardinality("api_keys"."scopes") > 0 AND "api_keys"."scopes" <@ ARRAY['ttl-secrets:create', 'ttl-secrets:read']),
	CONSTRAINT "api_keys_project_ids" CHECK ("api_keys"."project_ids" IS NULL OR cardinality("api_keys"."project_ids") BETWEEN 1 AND 100),
	CONSTRAINT "api_keys_expiry" CHECK ("api_keys"."expires_at" > "api_keys"."created_at" AND "api_keys"."expires_at" <= "api_keys"."created_at" + interval '366 days'),
	CONSTRAINT "api_keys_last_use" CHECK (("api_keys"."last_used_at" IS NULL) = ("api_keys"."last_used_ip" IS NULL)),
	CONSTRAINT "api_keys_revocation" CHECK (("api_keys"."revoked_at" IS NULL) = ("api_keys"."revoked_by" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "create_attempts" (
	"digest" "bytea" PRIMARY KEY NOT NULL,
	"input_digest" "bytea" NOT NULL,
	"attempt" integer NOT NULL,
	"last_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"secret_id" uuid,
	CONSTRAINT "create_attempts_digest" CHECK (octet_length("create_attempts"."digest") = 32),
	CONSTRAINT "create_attempts_input_digest" CHECK (octet_length("create_attempts"."input_digest") = 32),
	CONSTRAINT "create_attempts_attempt" CHECK ("create_attempts"."attempt" >= 1)
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_vault_id_vaults_id_fk" FOREIGN KEY ("vault_id") REFERENCES "public"."vaults"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "create_attempts" ADD CONSTRAINT "create_attempts_secret_id_ttl_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."ttl_secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_name" ON "api_keys" USING btree ("vault_id","name");--> statement-breakpoint
CREATE INDEX "api_keys_page" ON "api_keys" USING btree ("vault_id","created_at","id");--> statement-breakpoint
CREATE INDEX "create_attempts_last_attempt_at" ON "create_attempts" USING btree ("last_attempt_at");--> statement-breakpoint
CREATE INDEX "create_attempts_secret_id" ON "create_attempts" USING btree ("secret_id");
CREATE TABLE "server_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"check_value" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "server_keys_check_value" CHECK (octet_length("server_keys"."check_value") = 32)
);

#!/usr/bin/env bash
# TTL Secrets with curl and jq: create NAME | list | follow. Needs TTL_SECRETS_URL, TTL_SECRETS_KEY and PROJECT_ID.
set -euo pipefail

# The key goes through a pipe: every user of the machine can see a program's arguments.
ask() {
  curl --silent --show-error --header "Content-Type: application/json" \
    --header @<(printf 'Authorization: Bearer %s\n' "$TTL_SECRETS_KEY") "$@" "$TTL_SECRETS_URL/graphql"
}

# curl waits as long as Retry-After says. Every try sends the same idempotency key, so at most one secret is pending.
create() {
  jq --null-input --arg project "$PROJECT_ID" --arg name "$1" --arg key "$(openssl rand -hex 16)" '{
    query: "mutation ($input: CreateTtlSecretInput!) {
      createTtlSecret(input: $input) { ttlSecret { id expiresAt } link passphrase }
    }",
    variables: { input: { projectId: $project, name: $name, ttlSeconds: 3600, idempotencyKey: $key,
      content: { generate: { length: 32, charset: "ALPHANUMERIC" } } } }
  }' | ask --data-binary @- --retry 5 --retry-connrefused --max-time 30 | answer .createTtlSecret
}

list() {
  jq --null-input --arg project "$PROJECT_ID" '{
    query: "query ($id: ID!) { ttlSecrets(projectId: $id, first: 50) { nodes { id name status } } }",
    variables: { id: $project }
  }' | ask --data-binary @- --retry 5 --retry-connrefused --max-time 30 | answer '.ttlSecrets.nodes[]'
}

# Prints one line per change. Reconnects from the last change received, until the API refuses.
follow() {
  local since=null line code
  while true; do
    while IFS= read -r line; do
      case $line in
        "data: "*) line=${line#data: } ;;
        '{"errors"'*) ;; # refused before the stream began
        "event: complete") return ;;
        *) continue ;;
      esac
      [ -n "$line" ] || continue
      code=$(jq --raw-output '.errors[0].extensions.code // empty' <<<"$line")
      case $code in
        UNAUTHENTICATED | NOT_FOUND | FORBIDDEN | BAD_USER_INPUT) answer . <<<"$line" ;;
        "")
          answer .ttlSecretChanged <<<"$line"
          since=$(jq --argjson seen "$since" '[.data.ttlSecretChanged.changedAt, $seen] | max' <<<"$line")
          ;;
      esac
    done < <(jq --null-input --arg project "$PROJECT_ID" --argjson since "$since" '{
      query: "subscription ($id: ID!, $since: DateTime) {
        ttlSecretChanged(projectId: $id, since: $since) { id name status changedAt }
      }",
      variables: { id: $project, since: $since }
    }' | ask --data-binary @- --no-buffer --header "Accept: text/event-stream" && echo)
    sleep 1
  done
}

# Prints part of the data. On an error, prints its code and message and fails.
answer() {
  jq --compact-output --unbuffered "if .errors then
    .errors[0] | \"\(.extensions.code): \(.message)\n\" | halt_error(1)
  else .data | $1 end"
}

"$@"

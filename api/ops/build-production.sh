#!/bin/sh
# Builds this checkout for production: both apps into the folder for the web server, the server into api/dist, and then
# only the packages that the server runs with (no compilers, bundlers or test tools).
#
#   api/ops/build-production.sh /var/www/ttl-secrets   # with the same BRAND_* variables as the server
set -eu
apps=${1:?Usage: api/ops/build-production.sh FOLDER_OF_THE_APPS}
case $apps in /*) ;; *) apps=$PWD/$apps ;; esac
cd "$(dirname "$0")/../.."
export CI=true npm_config_yes=true
npx pnpm@12 install --frozen-lockfile
npx pnpm@12 export-apps "$apps"
rm -rf node_modules ./*/node_modules
npx pnpm@12 install --frozen-lockfile --prod --no-optional --filter . --filter ./api

#!/bin/sh
# The container's command: the tracking server, in this process.
#
# Name, user and password of the database come from CAIRN_DB_NAME, CAIRN_DB_USER
# and CAIRN_DB_PASSWORD_FILE, so that no escape is needed in the URI.  Arguments are
# further options.
set -eu

exec cairn server \
	--backend-store-uri "${BACKEND_STORE_URI:-mysql+pymysql://$CAIRN_DB_HOST:${CAIRN_DB_PORT:-3306}}" \
	--default-artifact-root "$DEFAULT_ARTIFACT_ROOT" \
	--no-serve-artifacts --host 0.0.0.0 --port 5000 "$@"

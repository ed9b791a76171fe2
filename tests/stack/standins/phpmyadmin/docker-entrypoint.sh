#!/bin/sh
# Settings of PHP from UPLOAD_LIMIT and HIDE_PHP_VERSION, a secret for the cookies,
# then Apache in the foreground.
set -eu

cat >/etc/php/8.2/apache2/conf.d/99-phpmyadmin.ini <<-END
	upload_max_filesize = ${UPLOAD_LIMIT:-2M}
	post_max_size = ${UPLOAD_LIMIT:-2M}
	expose_php = ${HIDE_PHP_VERSION:+0}
END
head -c 24 /dev/urandom | base64 >/etc/phpmyadmin/cookie-secret
chown www-data /etc/phpmyadmin/cookie-secret
export APACHE_CONFDIR=/etc/apache2
. /etc/apache2/envvars
mkdir -p "$APACHE_RUN_DIR"
exec apache2 -DFOREGROUND

<?php
/* From PMA_HOST, PMA_PORT, PMA_ARBITRARY and PMA_ABSOLUTE_URI; a user and a password are always asked for. */
$cfg['blowfish_secret'] = trim(file_get_contents('/etc/phpmyadmin/cookie-secret'));
$cfg['PmaAbsoluteUri'] = (string) getenv('PMA_ABSOLUTE_URI');
$cfg['AllowArbitraryServer'] = getenv('PMA_ARBITRARY') === '1';
$cfg['Servers'][1] = [
    'host' => (string) getenv('PMA_HOST'),
    'port' => (string) getenv('PMA_PORT'),
    'auth_type' => 'cookie',
];

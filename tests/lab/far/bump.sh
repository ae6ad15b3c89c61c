# Starts the squid that re-signs, with an empty store of certificates.
set -e
rm -rf @DIR@/certificates.db
/usr/lib/squid/security_file_certgen -c -s @DIR@/certificates.db -M 4MB
chown -R proxy @DIR@/certificates.db
exec squid -N -n @NAME@ -f @DIR@/squid-bump.conf

# Squid's helper for Basic: one user, one password.
while read -r login; do
    if [ "$login" = "svc-hybrid RightPass" ]; then echo OK; else echo ERR; fi
done

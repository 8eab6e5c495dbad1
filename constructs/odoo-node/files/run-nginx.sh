# Runs nginx and ends it in order, whatever it is asked with: `sh -c FILE run-nginx CONFIGURATION`.
#
# nginx finishes its requests on SIGQUIT and drops them on SIGTERM. Fargate sends the stop signal of the image, which is
# SIGQUIT in nginx's own (since December 2025; SIGTERM always before), so an image that lacks it, or another platform,
# would cut users off in the middle of their requests.

nginx -e stderr -c "$1" -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT "$nginx"' TERM QUIT INT

wait "$nginx"
code=$?
# A signal ends the waiting, not nginx.
while kill -0 "$nginx" 2>/dev/null; do
  wait "$nginx"
  code=$?
done
exit "$code"

# @TEST-DOC: A Zeek that is killed comes back with its claims, and the daemon sends it only what it missed.
#
# @TEST-REQUIRES: $SCRIPTS/have-capture
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-PORT: API_PORT
# @TEST-PORT: ZEEK_PORT
# @TEST-PORT: HEALTH_PORT
# @TEST-EXEC: PYTHONPATH=$TESTING:$TOOLS $SCRIPTS/in-own-network python3 $SCRIPTS/live_cache.py $API_PORT $ZEEK_PORT $HEALTH_PORT >said
# @TEST-EXEC: btest-diff said

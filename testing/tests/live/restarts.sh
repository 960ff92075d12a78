# @TEST-DOC: However Zeek, the daemon and the API server stop and come back, the digests are equal in the end.
#
# @TEST-REQUIRES: $SCRIPTS/have-capture
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-PORT: API_PORT
# @TEST-PORT: ZEEK_PORT
# @TEST-PORT: HEALTH_PORT
# @TEST-EXEC: PYTHONPATH=$TESTING:$TOOLS $SCRIPTS/in-own-network python3 $SCRIPTS/live_restarts.py $API_PORT $ZEEK_PORT $HEALTH_PORT >said
# @TEST-EXEC: btest-diff said

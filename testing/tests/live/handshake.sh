# @TEST-DOC: A worker whose peering with the manager is made just while the daemon connects is heard all the same.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-EXEC: PYTHONPATH=$TESTING:$TOOLS python3 $SCRIPTS/live_handshake.py

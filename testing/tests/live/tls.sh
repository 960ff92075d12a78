# @TEST-DOC: Whose certificate is missing, wrong, expired or of another name is refused, with what to do; renewed files are read.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-REQUIRES: python3 -c 'import trustme'
# @TEST-PORT: TLS_PORT
# @TEST-PORT: PLAIN_PORT
# @TEST-EXEC: PYTHONPATH=$TESTING:$SCRIPTS python3 $SCRIPTS/live_tls.py $TLS_PORT $PLAIN_PORT >said
# @TEST-EXEC: btest-diff said

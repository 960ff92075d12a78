# @TEST-DOC: Over captures of ordinary programs, no detection tells of anything.
#
# @TEST-REQUIRES: test -d $SHARED_PCAPS && python3 -c "import scapy"
# @TEST-EXEC: python3 $TESTING/quiet.py

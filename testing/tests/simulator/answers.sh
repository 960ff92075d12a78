# @TEST-DOC: Zeek's conn.log about a simulated cluster has no owner that is exact and wrong, and agrees with Python; live, too, and what was told late is amended.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-EXEC: python3 $TESTING/simulate.py --quick --zeek --no-cpp >table
# @TEST-EXEC: grep -q "^after, Zeek: the same as after$" table
# @TEST-EXEC: grep -q "^all bars are met$" table

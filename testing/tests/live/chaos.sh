# @TEST-DOC: A Zeek cluster on both backends: whatever is killed, paused or cut, all nodes hold the same soon after.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-EXEC: python3 $TESTING/chaos --seed 1 --operations 120 --between 40 --quiet 30 --backend broker >broker
# @TEST-EXEC: python3 $TESTING/chaos --seed 2 --operations 120 --between 40 --quiet 30 --backend zeromq >zeromq

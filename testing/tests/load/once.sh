# @TEST-DOC: Each script of the package is loaded once, by whatever names it is asked for.
#
# @TEST-GROUP: zkg
# @TEST-EXEC: zeek zeek-k8s zeek-k8s/columns zeek-k8s/detect misc/loaded-scripts
# @TEST-EXEC: grep -o '[^ ]*k8s.*' loaded_scripts.log | xargs -n 1 readlink -f | sort | uniq -d >twice
# @TEST-EXEC: test ! -s twice
# @TEST-EXEC: zeek -b zeek-k8s zeek-k8s/listen zeek-k8s/wait -e 'event zeek_init() { terminate(); }'

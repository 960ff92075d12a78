# @TEST-DOC: Zeek with a journal, and `enrich` on logs of a Zeek without us, give the same bytes.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-EXEC: bash %INPUT

set -e
export TEST=$PWD
mkdir ours plain
(cd ours && zeek -C -r "$TRACES/demo.pcap" zeek-k8s K8s::journal="$FILES/demo-journal.log")
(cd plain && env -u ZEEK_PLUGIN_PATH zeek -C -r "$TRACES/demo.pcap")
for log in conn dns http files; do
    python3 "$TOOLS/k8s-sync" enrich --journal "$FILES/demo-journal.log" plain/$log.log 2>/dev/null |
        grep -v -e '^#open' -e '^#close' >enriched
    grep -v -e '^#open' -e '^#close' ours/$log.log | cmp - enriched
done

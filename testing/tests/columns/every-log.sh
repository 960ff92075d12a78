# @TEST-DOC: Every log of Zeek that has an id gets the columns: seen over real captures, and over all streams of Zeek.
#
# @TEST-REQUIRES: test -d $SHARED_PCAPS
# @TEST-EXEC: bash %INPUT

# A range of all addresses: each end of each line is at least `unknown`.
printf '#fields\tcluster\tsubnet\tkind\trevision\nc\t0.0.0.0/0\tpod\t1\nc\t::/0\tpod\t2\n' >journal.log

for pcap in "$SHARED_PCAPS"/*.pcap "$SHARED_PCAPS"/*.pcapng "$SHARED_PCAPS"/*.trace; do
    name=$(basename "$pcap")
    mkdir "$name"
    # Some captures are cut or strange on purpose; what Zeek makes of them counts.
    (cd "$name" && zeek -C -r "$pcap" zeek-k8s K8s::journal=../journal.log \
        LogAscii::use_json=F >out 2>&1)
done

for log in */*.log; do
    header=$(grep '^#fields' "$log" | head -n 1)
    stream=$(basename "$log" .log)
    case "$header" in
        *id.orig_h*)
            # Every line with an address must have been asked about.
            zeek-cut id.orig_h id.orig_k8s.match id.resp_k8s.match <"$log" |
                awk -v s="$stream" '$1 != "-" && ($2 != "unknown" || $3 != "unknown") { print s ": not filled: " $0 }' >>unfilled
            echo "$stream" >>with
            ;;
        *) echo "$stream" >>without ;;
    esac
done
test ! -s unfilled || { sort -u unfilled | head; exit 1; }
# Which ones these are depends on the captures; that of connections is always there.
sort -u with >decorated
echo "decorated:" $(cat decorated)
echo "without an id:" $(sort -u without | grep -v -x -f decorated)
grep -q -x conn decorated

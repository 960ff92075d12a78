# @TEST-DOC: Pods are created, move, share an address and are deleted while Zeek runs; every log is right for each phase, and the same from a journal, from enrich and from a join in DuckDB.
#
# @TEST-REQUIRES: $SCRIPTS/have-capture
# @TEST-REQUIRES: $SCRIPTS/have-tools
# @TEST-REQUIRES: python3 -c 'import duckdb, pyarrow, trustme'
# @TEST-PORT: API_PORT
# @TEST-PORT: ZEEK_PORT
# @TEST-PORT: HEALTH_PORT
# @TEST-EXEC: PYTHONPATH=$TESTING:$TOOLS $SCRIPTS/in-own-network python3 $SCRIPTS/live_pod_moves.py $API_PORT $ZEEK_PORT $HEALTH_PORT
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff phases

set -e
columns="id.orig_h id.orig_k8s.match id.orig_k8s.namespace id.orig_k8s.pod id.orig_k8s.workload id.orig_k8s.node id.resp_k8s.match id.resp_k8s.pod"

# What marks the phase of a line, besides the columns.
for pair in conn:service dns:query http:uri ssl:server_name files:mime_type notice:msg; do
    log=${pair%:*}
    echo "== $log"
    zeek-cut ${pair#*:} $columns <live/$log.log | sort | uniq -c | sed 's/^ *//'
done >phases

# Times, ends and columns of each line are the same, byte for byte, with a journal, and
# from enrich on the logs of a Zeek that does not know us.
same="ts id.orig_h id.orig_p id.resp_h id.resp_p"
for side in orig resp; do
    for field in kind match namespace pod workload node service; do
        same="$same id.${side}_k8s.$field"
    done
done
for log in conn dns http ssl files notice; do
    python3 "$TOOLS/k8s-sync" enrich --journal journal.log plain/$log.log 2>/dev/null >enriched.log
    zeek-cut -m $same <live/$log.log | sort >live.cut
    zeek-cut -m $same <again/$log.log | sort >again.cut
    zeek-cut -m $same <enriched.log | sort >enriched.cut
    cmp live.cut again.cut
    cmp live.cut enriched.cut
done

# And for conn.log from the query of the README, on the timeline as a table.
python3 "$TOOLS/k8s-sync" export --from journal.log --format parquet --output k8s.parquet
python3 "$SCRIPTS/duckdb_join.py" plain/conn.log k8s.parquet | sort >joined.cut
zeek-cut $same <live/conn.log | sort >live.cut
cmp live.cut joined.cut

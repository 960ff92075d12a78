WITH ends AS (
    SELECT uid, fromUnixTimestamp64Micro(toInt64(round(ts * 1000000)), 'UTC') AS seen,
        end.1 AS side, end.2 AS addr, toInt32(end.3) AS port, proto
    FROM file('conn.json', JSONEachRow)
    ARRAY JOIN [('orig', `id.orig_h`, `id.orig_p`), ('resp', `id.resp_h`, `id.resp_p`)] AS end
),
k8s AS (SELECT * FROM file('k8s.parquet') WHERE addr != ''),
-- First the port: one that has rows of its own is asked about, any other is its address.
asked AS (
    SELECT uid, seen, side, addr,
        (addr, port, proto) IN (SELECT addr, port, proto FROM k8s WHERE port > 0) AS own,
        if(own, ends.port, 0) AS own_port, if(own, ends.proto, '') AS own_proto
    FROM ends
)
-- Then the time. An address without rows may still be in a range of the cluster.
SELECT asked.uid, side, owner.kind,
    coalesce(owner.match, if(arrayExists(subnet -> isIPAddressInRange(asked.addr, subnet), (
        SELECT groupArray(assumeNotNull(subnet)) FROM file('k8s.parquet') WHERE subnet != ''
    )), 'unknown', NULL)) AS match,
    owner.namespace, owner.pod, owner.workload, owner.node, owner.service
FROM asked
ASOF LEFT JOIN k8s AS owner
    ON asked.addr = owner.addr AND own_port = owner.port AND own_proto = owner.proto
    AND asked.seen >= owner.valid_from
ORDER BY asked.uid, side
SETTINGS join_use_nulls = 1

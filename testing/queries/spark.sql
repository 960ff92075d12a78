WITH conn AS (
    SELECT timestamp_micros(CAST(round(ts * 1000000) AS BIGINT)) AS seen, * FROM json.`conn.json`
),
k8s AS (SELECT * FROM parquet.`k8s.parquet`),
ends AS (
    SELECT uid, seen, 'orig' AS side, `id.orig_h` AS addr, `id.orig_p` AS port, proto FROM conn
    UNION ALL
    SELECT uid, seen, 'resp' AS side, `id.resp_h` AS addr, `id.resp_p` AS port, proto FROM conn
),
-- An address as 32 digits, which can be compared with the ends of a range.
halves AS (
    SELECT *, transform(split(addr, '::'), half -> if(half = '', '', array_join(
        transform(split(half, ':'), x -> lpad(x, 4, '0')), ''))) AS half
    FROM ends
),
known AS (
    SELECT *, if(addr LIKE '%:%',
        rpad(half[0], 32 - length(coalesce(get(half, 1), '')), '0') || coalesce(get(half, 1), ''),
        lpad('ffff' || array_join(transform(split(addr, '[.]'),
            x -> lpad(lower(hex(try_cast(x AS INT))), 2, '0')), ''), 32, '0')) AS digits
    FROM halves
),
-- First the port: one that has rows of its own is asked about, any other is its address.
asked AS (
    SELECT uid, seen, side, addr, digits,
        coalesce(own.port, 0) AS port, coalesce(own.proto, '') AS proto
    FROM known
    LEFT JOIN (SELECT DISTINCT addr, port, proto FROM k8s WHERE port > 0) AS own
        USING (addr, port, proto)
)
-- Then the time. An address without rows may still be in a range of the cluster.
SELECT asked.uid, side, owner.kind,
    coalesce(owner.match, (
        SELECT max(match) FROM k8s WHERE digits BETWEEN first_hex AND last_hex
    )) AS match,
    owner.namespace, owner.pod, owner.workload, owner.node, owner.service
FROM asked
LEFT JOIN k8s AS owner
    ON asked.addr = owner.addr AND asked.port = owner.port AND asked.proto = owner.proto
    AND asked.seen >= owner.valid_from
    AND (owner.valid_to IS NULL OR asked.seen < owner.valid_to)
ORDER BY asked.uid, side

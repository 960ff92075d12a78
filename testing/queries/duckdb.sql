CREATE OR REPLACE VIEW conn AS
SELECT make_timestamp(CAST(round(ts * 1000000) AS BIGINT)) AT TIME ZONE 'UTC' AS seen, *
FROM read_json('conn.json');

CREATE OR REPLACE VIEW k8s AS FROM 'k8s.parquet';

-- An address as 32 digits, which can be compared with the ends of a range.
CREATE OR REPLACE MACRO groups(part) AS
    if(part = '', '', array_to_string([lpad(x, 4, '0') FOR x IN string_split(part, ':')], ''));
CREATE OR REPLACE MACRO filled(head, tail) AS
    head || repeat('0', 32 - length(head) - length(tail)) || tail;
CREATE OR REPLACE MACRO digits(a) AS if(contains(a, ':'),
    filled(groups(split_part(a, '::', 1)), groups(split_part(a, '::', 2))),
    filled('', 'ffff' || array_to_string(
        [printf('%02x', TRY_CAST(x AS INT)) FOR x IN string_split(a, '.')], '')));

CREATE OR REPLACE VIEW ends AS
SELECT uid, seen, 'orig' AS side, "id.orig_h" AS addr, "id.orig_p" AS port, proto FROM conn
UNION ALL
SELECT uid, seen, 'resp' AS side, "id.resp_h" AS addr, "id.resp_p" AS port, proto FROM conn;

-- First the port: one that has rows of its own is asked about, any other is its address.
CREATE OR REPLACE VIEW asked AS
SELECT uid, seen, side, addr, coalesce(own.port, 0) AS port, coalesce(own.proto, '') AS proto
FROM ends
LEFT JOIN (SELECT DISTINCT addr, port, proto FROM k8s WHERE port > 0) AS own
    USING (addr, port, proto);

-- Then the time. An address without rows may still be in a range of the cluster.
SELECT asked.uid, side, owner.kind,
    coalesce(owner.match, if(EXISTS (
        FROM k8s WHERE digits(asked.addr) BETWEEN first_hex AND last_hex
    ), 'unknown', NULL)) AS match,
    owner.namespace, owner.pod, owner.workload, owner.node, owner.service
FROM asked
ASOF LEFT JOIN (FROM k8s WHERE addr IS NOT NULL) AS owner
    ON asked.addr = owner.addr AND asked.port = owner.port AND asked.proto = owner.proto
    AND asked.seen >= owner.valid_from
ORDER BY asked.uid, side;

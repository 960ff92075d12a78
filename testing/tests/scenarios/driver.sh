# @TEST-DOC: k8s-btest tells a scenario that holds from one that does not, obeys a site, and keeps what is needed to see why.
#
# @TEST-REQUIRES: $SCRIPTS/have-tools && python3 -c 'import jinja2, scapy' 2>/dev/null
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff said

driver="python3 $TOOLS/k8s-btest"
expect() {
    wanted=$1
    shift
    code=0
    "$@" >out 2>&1 || code=$?
    echo "$code: $*" | sed "s|$driver|k8s-btest|" >>said
    sed -e 's|/[^ ]*/\.tmp|DIR|' -e 's/  *[0-9.]*$//' out >>said
    [ $code -eq "$wanted" ]
}

cat >holds.yaml <<'END'
title: A pod is named
cluster: {pods: [{name: web}, {name: db}]}
traffic: [{from: web, to: db, http: {uri: /x}}]
expect: {rows: [{log: http, from: web, to: db}]}
END
sed 's|log: http|log: ssl|' holds.yaml >fails.yaml
cat >site.zeek <<'END'
event http_request(c: connection, method: string, original_URI: string, unescaped_URI: string, version: string)
	{
	Reporter::warning("of the site");
	}
END
cat >lacks.yaml <<'END'
title: A capture is missing
traffic: [{capture: {file: not-here.pcap}}]
expect: {rows: [{log: conn}]}
END
echo 'title:' >broken.yaml

set -e
expect 0 $driver run holds.yaml
expect 1 $driver run fails.yaml -o kept
test -s kept/fails/trace.pcap -a -s kept/.tmp/fails.test/http.log
expect 1 $driver run holds.yaml --zeek-script site.zeek
expect 77 $driver run lacks.yaml
expect 1 $driver run broken.yaml
expect 0 $driver report holds.yaml lacks.yaml -o page.html
grep -q 'A pod is named' page.html

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
    # Which seeds are bad is up to the version of Zeek.
    echo "$code: $*" | sed -e "s|$driver|k8s-btest|" -e 's/--seed [0-9]*/--seed N/' >>said
    sed -e 's|/[^ ]*/\.tmp|DIR|' -e 's/  *[0-9.]*$//' -e 's/--seed [0-9]*/--seed N/' out >>said
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
# Half of all seeds are bad for this one.
cat >chance.yaml <<'END'
title: Nothing is left to chance
cluster: {pods: [{name: web}, {name: db}]}
traffic: [{from: web, to: db, http: {uri: /x}}]
script: |
  event zeek_done()
      {
      if ( rand(2) == 0 )
          Reporter::warning("this seed is a bad one");
      }
expect: {rows: [{log: http}]}
END

set -e
expect 0 $driver run holds.yaml
expect 1 $driver run fails.yaml -o kept
test -s kept/fails/trace.pcap -a -s kept/.tmp/fails.test/http.log
expect 1 $driver run holds.yaml --zeek-script site.zeek
mkdir folder && cp holds.yaml folder
# A site's options are no scenario, and count where what has them is loaded.
echo 'Pod_Scan::port_threshold: 5' >folder/site.yaml
expect 0 $driver run folder --options folder/site.yaml
echo 'Pod_Scan::port_treshold: 5' >folder/site.yaml
expect 2 $driver run folder --options folder/site.yaml
expect 77 $driver run lacks.yaml
expect 1 $driver run broken.yaml
expect 1 $driver run chance.yaml --seeds 20 --json results.json
seed=$(python3 -c 'import json; print(*json.load(open("results.json"))[0]["reasons"][0].split()[-1:])')
expect 1 $driver run chance.yaml --seed ${seed%:}
expect 0 $driver run holds.yaml --seeds 2
expect 0 $driver report holds.yaml lacks.yaml -o page.html
grep -q 'A pod is named' page.html

# @TEST-DOC: zkg installs the package from a clone into an empty state, with no source list; it builds, passes its tests, and loads once.
#
# @TEST-REQUIRES: which zkg
# @TEST-EXEC: bash %INPUT
# @TEST-EXEC: btest-diff conn.cut

set -e
unset ZEEKPATH ZEEK_PLUGIN_PATH

# A clone of what is there, committed or not: zkg takes clean clones only.
mkdir zeek-k8s
(cd "$TESTING/.." && git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do test ! -e "$file" || printf '%s\0' "$file"; done |
    tar --null -cf - -T -) | tar -xf - -C zeek-k8s
git -C zeek-k8s init -q -b main
git -C zeek-k8s add -A
git -C zeek-k8s -c user.name=t -c user.email=t@example.invalid commit -q -m snapshot

cat >zkg.cfg <<EOF
[sources]
[paths]
state_dir = $PWD/state
script_dir = $PWD/site
plugin_dir = $PWD/plugins
bin_dir = $PWD/bin
EOF
export ZKG_CONFIG_FILE=$PWD/zkg.cfg
zkg install --force "$PWD/zeek-k8s" >zkg.out 2>&1 || { cat zkg.out state/testing/zeek-k8s/clones/zeek-k8s/zkg.test_command.std*; exit 1; }
eval "$(zkg env)"

# By the packages' loader and by name, together, as a site might.
run="zeek -C -r $TRACES/demo.pcap K8s::journal=$FILES/demo-journal.log"
(mkdir both && cd both && $run packages zeek-k8s misc/loaded-scripts)
(mkdir named && cd named && $run zeek-k8s)
(mkdir packages && cd packages && $run packages)
grep -o '[^ ]*k8s.*' both/loaded_scripts.log | xargs -n 1 readlink -f | sort | uniq -d >twice
test ! -s twice
for run in both named packages; do
    zeek-cut -m id.orig_h id.orig_k8s.pod id.resp_h id.resp_k8s.service <$run/conn.log | sort >$run.cut
done
cmp both.cut named.cut
cmp both.cut packages.cut
mv both.cut conn.cut

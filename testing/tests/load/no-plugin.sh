# @TEST-DOC: Without the plugin, Zeek ends and says what to do.
#
# @TEST-EXEC-FAIL: env -u ZEEK_PLUGIN_PATH zeek zeek-k8s 2>stderr
# @TEST-EXEC: grep -q 'zkg install --force zeek-k8s' stderr

# What a miner and its pool say to each other: JSON-RPC, a message to a line. Each is a
# rule, as a rule is told of once for each side of a connection.

signature k8s-stratum-subscribe {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22(mining\.subscribe|eth_submitLogin)\x22/
  event Cryptomining::said "mining.subscribe"
}

signature k8s-stratum-authorize {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22(mining\.authorize|mining\.configure|mining\.extranonce\.subscribe)\x22/
  event Cryptomining::said "mining.authorize"
}

signature k8s-stratum-work {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22mining\.(submit|get_transactions)\x22/
  event Cryptomining::said "mining.submit"
}

signature k8s-stratum-share {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22(submit|eth_getWork|eth_submitWork|eth_submitHashrate|keepalived|getwork)\x22/
  event Cryptomining::said "submit"
}

signature k8s-stratum-template {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22getblocktemplate\x22/
  event Cryptomining::said "getblocktemplate"
}

signature k8s-stratum-notify {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22mining\.notify\x22/
  event Cryptomining::said "mining.notify"
}

signature k8s-stratum-difficulty {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22mining\.set_(difficulty|target|extranonce)\x22/
  event Cryptomining::said "mining.set_difficulty"
}

# Monero's: logging in is what many do, but not with an algorithm.
signature k8s-stratum-login {
  ip-proto == tcp
  payload /.*\x22method\x22[ \t]*:[ \t]*\x22login\x22[^\n]*\x22(agent|algo|rigid)\x22[ \t]*:/
  event Cryptomining::said "login"
}

signature k8s-stratum-job {
  ip-proto == tcp
  payload /.*\x22job\x22[ \t]*:[^\n]*\x22(target|seed_hash|blob)\x22[ \t]*:/
  event Cryptomining::said "job"
}

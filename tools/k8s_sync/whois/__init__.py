"""Who was that? The story of an address, a pod, a workload, a node or a uid.

target ── what is asked about     grounds ── where claims are looked up
scene ─── the rules on the claims of one address
report ── the answer, as data; table and drawing show it, to people
remote ── asks a running daemon   run ────── the command
"""

"""Who asks the API server, and what each may read."""

ADMIN, READER, LESSER, SHOPPER = "admin", "k8s-sync", "k8s-sync-less", "k8s-sync-shop"
"""Users: of everything, of what the daemon reads, of less, and of one namespace."""
STRANGER = "stranger"
"""Not a user: has a token that the API server does not know."""
SHOPPER_NAMESPACE = "only"

READABLE = {
    "": ["namespaces", "nodes", "pods", "services"],
    "apps": ["replicasets"],
    "batch": ["jobs"],
    "discovery.k8s.io": ["endpointslices"],
    "networking.k8s.io": ["servicecidrs"],
}
LESS = {**READABLE, "apps": []}

# The plugin alone does nothing: `@load zeek-k8s` switches it on.

##! Owners on every notice. One that is raised about a connection has the owners of
##! both ends from `K8s::columns`; in one about addresses alone, *src* and *dst* stand
##! in for the ends of a connection.

@load base/frameworks/notice

@load ./columns

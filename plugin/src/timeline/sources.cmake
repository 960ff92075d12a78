# The timeline's sources, for the plugin and for the tests without Zeek.
set(TIMELINE_SOURCES
    Address.cc
    Amendments.cc
    Domains.cc
    Escape.cc
    Index.cc
    Journal.cc
    Lookup.cc
    Owners.cc
    Ranges.cc
    Reader.cc
    Strings.cc
    Timeline.cc
    Writer.cc)
list(TRANSFORM TIMELINE_SOURCES PREPEND "${CMAKE_CURRENT_LIST_DIR}/")

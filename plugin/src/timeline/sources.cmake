# The timeline's sources, for the plugin and for the tests without Zeek.
set(TIMELINE_SOURCES
    Address.cc
    Amendments.cc
    Cache.cc
    CacheFile.cc
    CacheFormat.cc
    Domains.cc
    Escape.cc
    Index.cc
    Journal.cc
    Lookup.cc
    NewFile.cc
    Owners.cc
    Pieces.cc
    Ranges.cc
    Reader.cc
    Restorer.cc
    Spool.cc
    Strings.cc
    Timeline.cc
    Writer.cc)
list(TRANSFORM TIMELINE_SOURCES PREPEND "${CMAKE_CURRENT_LIST_DIR}/")

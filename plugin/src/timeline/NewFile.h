#pragma once

#include <sys/types.h>
#include <string>
#include <string_view>

namespace k8s {

/**
 * A file that is made beside the one that it is to replace. What can fail returns why, and empty
 * if all is well. What could not be written whole is not left behind.
 */
class NewFile final {
public:
    NewFile() = default;
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() { Abandon(); }

    /** Begins one; gives up the one before. @param path What it is to replace. */
    std::string Open(const std::string& path);

    /** Adds to it, also after it has taken its place. */
    std::string Write(std::string_view text);

    /** Lets it take its place, once it is on disk. */
    std::string Replace();

private:
    std::string Fail(const std::string& name, int error);
    void Abandon();

    std::string path;
    std::string made; // empty once it has taken its place
    int file = -1;
    off_t size = 0;
};

} // namespace k8s

#include "CacheFile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace k8s {

namespace {

constexpr size_t piece_size = 1 << 20;

Restored Failed(int error) {
    Restored restored;
    restored.problem = std::string("cannot be read: ") + std::strerror(error);
    return restored;
}

ssize_t Read(int file, std::vector<char>& room) {
    ssize_t size = 0;
    do
        size = read(file, room.data(), room.size());
    while ( size < 0 && errno == EINTR );
    return size;
}

Restored ReadAll(Restorer& restorer, int file) {
    std::vector<char> room(piece_size);
    ssize_t size = 0;
    while ( (size = Read(file, room)) > 0 )
        if ( ! restorer.Add({room.data(), static_cast<size_t>(size)}) )
            break;
    return size < 0 ? Failed(errno) : restorer.Finish();
}

Restored ReadTwice(Timeline& timeline, int file) {
    struct stat status = {};
    if ( fstat(file, &status) != 0 || ! S_ISREG(status.st_mode) )
        return Failed(EINVAL);

    // What is in front of damage may be long out of date: what followed would have told.
    Restorer looks;
    if ( auto looked = ReadAll(looks, file); ! looked.problem.empty() )
        return looked;
    if ( lseek(file, 0, SEEK_SET) != 0 )
        return Failed(errno);
    Restorer restorer(timeline);
    return ReadAll(restorer, file);
}

void SetAside(const std::string& path) {
    const auto there = path + ".damaged";
    if ( std::rename(path.c_str(), there.c_str()) == 0 )
        return;
    // A file cannot replace a directory, nor the other way round.
    std::remove(there.c_str());
    std::rename(path.c_str(), there.c_str());
}

} // namespace

Restored Restore(Timeline& timeline, const std::string& path) {
    // Not to wait for the other end, should it be a pipe.
    const auto file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if ( file < 0 && (errno == ENOENT || errno == ENOTDIR) )
        return {};

    auto restored = file < 0 ? Failed(errno) : ReadTwice(timeline, file);
    if ( file >= 0 )
        close(file);
    if ( ! restored.problem.empty() )
        SetAside(path);
    return restored;
}

} // namespace k8s

#include "NewFile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace k8s {

namespace {

std::string DirectoryOf(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// So that a name survives a loss of power; no harm if that cannot be.
void SyncDirectory(const std::string& directory) {
    const auto handle = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if ( handle < 0 )
        return;
    fsync(handle);
    close(handle);
}

} // namespace

std::string NewFile::Open(const std::string& new_path) {
    Abandon();
    path = new_path;
    made = path + ".new";
    size = 0;
    mkdir(DirectoryOf(path).c_str(), 0755); // it may be there already, and else open() tells why not
    unlink(made.c_str());                   // of a run that was killed
    file = open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return file < 0 ? Fail(made, errno) : "";
}

std::string NewFile::Write(std::string_view text) {
    const auto before = size;
    while ( ! text.empty() ) {
        const auto written = write(file, text.data(), text.size());
        if ( written < 0 && errno == EINTR )
            continue;
        if ( written < 0 ) {
            const auto error = errno;
            // Half a block would count as damage.
            if ( ftruncate(file, before) != 0 )
                unlink(made.empty() ? path.c_str() : made.c_str());
            return Fail(made.empty() ? path : made, error);
        }
        size += written;
        text.remove_prefix(static_cast<size_t>(written));
    }
    return "";
}

std::string NewFile::Replace() {
    if ( fsync(file) != 0 )
        return Fail(made, errno);
    if ( std::rename(made.c_str(), path.c_str()) != 0 )
        return Fail(path, errno);
    made.clear();
    SyncDirectory(DirectoryOf(path));
    return "";
}

std::string NewFile::Fail(const std::string& name, int error) {
    auto reason = "cannot write " + name + ": " + std::strerror(error);
    Abandon();
    return reason;
}

void NewFile::Abandon() {
    if ( file >= 0 )
        close(file);
    if ( file >= 0 && ! made.empty() )
        unlink(made.c_str());
    file = -1;
}

} // namespace k8s

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "NewFile.h"

namespace k8s {

/** Writes a NewFile in a thread of its own, so that a slow disk holds nobody up. */
class Spool final {
public:
    /** How the writing goes. */
    struct State {
        size_t waiting = 0;   ///< Bytes that are yet to be written.
        uint64_t commits = 0; ///< Files that have taken their place.
        std::string problem;  ///< Why nothing is written until the next Begin(); empty if all is well.
    };

    Spool() = default;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /** Waits until all is written. */
    ~Spool();

    /** Begins the thread, if there is none; that alone may take some milliseconds. */
    void Start() noexcept;

    /** See NewFile::Open(). */
    void Begin(std::string path);

    /** See NewFile::Write(). */
    void Append(std::string text) { Add(Task::append, std::move(text)); }

    /** See NewFile::Replace(). */
    void Commit() { Add(Task::commit, {}); }

    [[nodiscard]] State Look() const;

    /** Waits until all is written, or cannot be. */
    void Wait();

private:
    enum class Task : uint8_t { begin, append, commit };

    struct Job {
        Task task;
        uint64_t run; // how many files had been begun
        std::string text;
    };

    void Add(Task task, std::string text);
    void Run();
    std::string Do(const Job& job) noexcept;

    NewFile file; // of the thread alone

    mutable std::mutex mutex; // for all that follows but the thread
    std::condition_variable changed;
    std::deque<Job> jobs; // the first one is under way
    State state;
    uint64_t run = 0;
    uint64_t failed = 0; // the run that the problem is of
    bool ends = false;

    std::thread thread; // from Start() on
};

} // namespace k8s

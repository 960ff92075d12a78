#include "Spool.h"

#include <pthread.h>
#include <csignal>
#include <exception>
#include <utility>

namespace k8s {

Spool::~Spool() {
    if ( ! thread.joinable() )
        return;
    {
        const std::lock_guard lock(mutex);
        ends = true;
    }
    changed.notify_all();
    thread.join();
}

void Spool::Begin(std::string path) {
    {
        const std::lock_guard lock(mutex);
        ++run;
    }
    Add(Task::begin, std::move(path));
}

Spool::State Spool::Look() const {
    const std::lock_guard lock(mutex);
    auto seen = state;
    if ( failed != run )
        seen.problem.clear();
    return seen;
}

void Spool::Wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return jobs.empty(); });
}

void Spool::Add(Task task, std::string text) {
    {
        const std::lock_guard lock(mutex);
        if ( ! thread.joinable() ) {
            failed = run;
            state.problem = "no thread";
            return;
        }
        state.waiting += text.size();
        jobs.push_back({task, run, std::move(text)});
    }
    changed.notify_all();
}

void Spool::Start() noexcept {
    if ( thread.joinable() )
        return;
    // Signals are for whoever begins us.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        thread = std::thread([this] { Run(); });
    } catch ( const std::exception& ) {
        // Add() tells it.
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Spool::Run() {
    std::unique_lock lock(mutex);
    while ( true ) {
        changed.wait(lock, [this] { return ends || ! jobs.empty(); });
        if ( jobs.empty() )
            return;

        const auto& job = jobs.front(); // stays where it is, as others come in behind it
        if ( job.run != failed ) {
            lock.unlock();
            auto problem = Do(job);
            lock.lock();
            if ( ! problem.empty() ) {
                failed = job.run;
                state.problem = std::move(problem);
            }
            else if ( job.task == Task::commit )
                ++state.commits;
        }
        state.waiting -= job.text.size();
        jobs.pop_front();
        changed.notify_all();
    }
}

std::string Spool::Do(const Job& job) noexcept {
    try {
        switch ( job.task ) {
            case Task::begin: return file.Open(job.text);
            case Task::append: return file.Write(job.text);
            case Task::commit: return file.Replace();
        }
    } catch ( const std::exception& ) {
        return "no memory";
    }
    return "";
}

} // namespace k8s

/* Lets the wall clock of a program run faster; LD_PRELOAD it into all that are to agree.
 *
 * Since FAST_CLOCK_SINCE, in seconds since the epoch, FAST_CLOCK_PACE seconds pass for each one.
 * The monotonic clock, and with it each timeout, stays as it is. */

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double since = -1;
static double pace = 1;

static void read_settings(void) {
    const char *text = getenv("FAST_CLOCK_PACE");
    pace = text ? atof(text) : 1;
    text = getenv("FAST_CLOCK_SINCE");
    since = text ? atof(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    const int result = (int)syscall(SYS_clock_gettime, clock, at);
    if ( result || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) )
        return result;
    if ( since < 0 )
        read_settings();
    const double passed = (double)at->tv_sec - since + (double)at->tv_nsec / 1e9;
    const double fast = passed * pace;
    const long long whole = (long long)fast;
    at->tv_sec = (time_t)(since + (double)whole);
    at->tv_nsec = (long)((fast - (double)whole) * 1e9);
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    (void)zone;
    struct timespec now;
    const int result = clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return result;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if ( at )
        *at = now.tv_sec;
    return now.tv_sec;
}

//! A real-time priority, where the system permits it.

use crate::messages::Scheduling;

/// Asks the system to run this thread before all ordinary ones, and returns what it answers, with
/// its number for the reason of a refusal.
///
/// Linux permits it to the superuser, to processes with `CAP_SYS_NICE`, and up to the limit
/// `RLIMIT_RTPRIO` of a user (`sched(7)`).
#[cfg(target_os = "linux")]
pub(crate) fn request(priority: u32) -> (Scheduling, i32) {
    if priority == 0 {
        return (Scheduling::Ordinary, 0);
    }
    let priority = i32::try_from(priority).unwrap_or(i32::MAX);
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: it has no conditions.
    let thread = unsafe { libc::pthread_self() };
    // SAFETY: the thread is this one, and the parameters are read only during the call.
    match unsafe { libc::pthread_setschedparam(thread, libc::SCHED_FIFO, &raw const parameters) } {
        0 => (Scheduling::RealTime, 0),
        error => (Scheduling::Refused, error),
    }
}

/// Does nothing: other systems have other functions for it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn request(priority: u32) -> (Scheduling, i32) {
    (if priority == 0 { Scheduling::Ordinary } else { Scheduling::Unsupported }, 0)
}

//! Whether calls that overlap on several threads come to the same.

use super::trial::{Stop, Trial};

/// More than there are cores on small machines, so that threads are interrupted in the middle of calls.
const THREADS: usize = 4;
/// How often each thread goes through all items.
const ROUNDS: usize = 8;

/// Computes `count` items on several threads at once, each thread in another order, and compares with what one thread alone
/// finds. Items are `None` where the plugin refuses, and may not be so at one time only.
pub(super) fn same_on_threads<T: PartialEq + Send + Sync>(
    count: usize,
    describe: impl Fn(usize) -> String,
    compute: impl Fn(usize) -> Option<T> + Sync,
) -> Trial {
    let alone: Vec<Option<T>> = (0..count).map(&compute).collect();
    if alone.iter().all(Option::is_none) {
        return Err(Stop::Refused);
    }
    let differing = std::thread::scope(|scope| {
        let work = |thread: usize| {
            let (alone, compute) = (&alone, &compute);
            let order = (0..ROUNDS * count).map(move |step| (step * (2 * thread + 1) + thread) % count);
            move || order.clone().find(|&item| compute(item) != alone[item])
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(work(thread))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).find_map(|differing| differing)
    });
    match differing {
        None => Ok(()),
        Some(item) => Err(Stop::broken(
            format!(
                "on {THREADS} threads the same as on one, bit for bit, as the plugin says to be thread-safe"
            ),
            format!("something else {}", describe(item)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn shared_state_shows() {
        let shared = AtomicUsize::new(0);
        let careless = |item: usize| {
            shared.store(item, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_micros(50));
            Some(shared.load(Ordering::SeqCst))
        };
        let broken = same_on_threads(3, |item| format!("for {item}"), careless);
        assert!(matches!(broken, Err(Stop::Broken { .. })));
        assert!(same_on_threads(3, |_| String::new(), Some).is_ok());
        assert!(matches!(same_on_threads(3, |_| String::new(), |_| None::<u8>), Err(Stop::Refused)));
    }
}

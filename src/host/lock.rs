//! One lock per library that is not thread-safe.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A lock that its holder may take again: an estimator asks an oracle, which may call a transformation of the same library.
#[derive(Debug, Default)]
pub(super) struct ReentrantLock {
    mutex: Mutex<()>,
    /// [`this_thread`] of the holder, or 0. A thread finds its own number here only if it wrote it.
    holder: AtomicUsize,
}

/// Holds the lock; `None` inside when an outer guard of the same thread does.
pub(super) struct Held<'a> {
    lock: &'a ReentrantLock,
    guard: Option<MutexGuard<'a, ()>>,
}

impl ReentrantLock {
    pub(super) fn hold(&self) -> Held<'_> {
        if self.holder.load(Ordering::Relaxed) == this_thread() {
            return Held { lock: self, guard: None };
        }
        let guard = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        self.holder.store(this_thread(), Ordering::Relaxed);
        Held { lock: self, guard: Some(guard) }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.lock.holder.store(0, Ordering::Relaxed);
        }
    }
}

/// A number that no other living thread has: the address of a thread-local.
fn this_thread() -> usize {
    thread_local! { static HERE: u8 = const { 0 } }
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn the_holder_may_enter_again_and_others_wait() {
        let (lock, inside, most) = (ReentrantLock::default(), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _outer = lock.hold();
                        {
                            let _inner = lock.hold();
                        }
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
    }
}

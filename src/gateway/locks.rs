//! Locks that outlive a panic.

/// A lock whose holder panicked still guards good data here: nothing panics between two writes.
pub fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

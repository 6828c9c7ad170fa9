//! Locks that survive a panic.

/// Locks a mutex, even after a holder panicked: the data is still good, since no code here panics between two writes.
pub fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

//! From where changes are made: said once around whatever makes them, kept with each.

use tokio::task::JoinHandle;

tokio::task_local! {
    static ORIGIN: Option<String>;
}

/// Does something in whose course changes are made from there: a network address, or the name of a
/// place.
pub async fn made_from<F: Future>(origin: Option<String>, work: F) -> F::Output {
    ORIGIN.scope(origin, work).await
}

/// Does something in a task of its own, which outlives what asked for it: what it changes is still
/// changed from there.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(made_from(origin(), work))
}

/// From where a change opened now is made; nothing where nobody said.
pub(super) fn origin() -> Option<String> {
    ORIGIN.try_with(Clone::clone).ok().flatten()
}

//! From where changes are made: said once around whatever makes them, kept with each.

tokio::task_local! {
    static ORIGIN: Option<String>;
}

/// Does something in whose course changes are made from there: a network address, or the name of a
/// place.
pub async fn made_from<F: Future>(origin: Option<String>, work: F) -> F::Output {
    ORIGIN.scope(origin, work).await
}

/// From where a change opened now is made; nothing where nobody said.
pub(super) fn origin() -> Option<String> {
    ORIGIN.try_with(Clone::clone).ok().flatten()
}

//! What the pages of people work with.

use axum::extract::FromRef;

use crate::frameworks::Library;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::Db;

/// What the pages of people work with.
#[derive(Debug)]
pub(super) struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub library: Library,
    pub directories: Directories,
}

impl<S> FromRef<S> for Desk
where
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Library: FromRef<S>,
    Directories: FromRef<S>,
{
    fn from_ref(state: &S) -> Self {
        Self {
            db: Db::from_ref(state),
            clock: Clock::from_ref(state),
            library: Library::from_ref(state),
            directories: Directories::from_ref(state),
        }
    }
}

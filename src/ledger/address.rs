//! Where what the history keeps of a thing is read.

use uuid::Uuid;

use crate::platform::web::Address;

/// Where the history of a thing and of those under it is read.
pub fn history_href(thing: Uuid) -> String {
    Address::of("/journal")
        .and("chose", thing.to_string())
        .href()
}

//! Who is asking, and what they may do.
//!
//! What lives here: accounts, sessions, second factors, links by mail, access tokens, roles and
//! grants, the one policy, the [`Permit`] that every writing store function demands and the
//! [`Reach`] that every reading one does, and the only code that hands them out. It knows acts and
//! what the things they are done to concern; it knows no concept of the domain, whose modules name
//! their own acts. What never lives here: what an act does.

mod account;
mod acquaintances;
mod addressed;
pub mod api;
mod discreet;
mod door;
mod email;
pub mod event;
pub mod factor;
mod fields;
pub mod grant;
mod kept;
pub mod keys;
pub mod leave;
mod letter;
pub mod link;
mod looking;
mod measured;
mod openid;
mod opening;
mod origin;
mod pages;
mod passkey;
mod password;
mod permit;
mod policy;
mod reach;
pub mod role;
mod session;
mod signed;
pub mod store;
mod throttle;
pub mod token;
mod trace;

pub use acquaintances::Acquaintances;
pub use addressed::{Addressed, Addresses, Found, Viewer, identified};
pub use email::{Email, NotAnEmail};
pub use grant::pages::{button_or_why, grant_words, seen_person};
pub use grant::store::answering;
pub use kept::keep_refused_form;
pub use openid::Provider;
pub use opening::{Audience, Opening, Openings, ValueOpenings};
pub use origin::note_origin;
pub use pages::router;
pub use password::{NewPassword, PASSWORD_HINT, PasswordError};
pub use permit::{Act, NotPermitted, Permit, may, permit, permit_aside};
pub use policy::{Basis, Concern, Denied, Lack, Refusal, Stage, Standing};
pub use reach::{Reach, Vantage};
pub use session::{DbSessionStore, session_layer};
pub use signed::{Signed, Visitor, refusals_in_french};
pub use store::{ChangePassword, NewPerson, Person};
pub use trace::{keep_accesses, keep_command, kept_as_opened, made_for};

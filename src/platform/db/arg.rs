//! The parameters a statement can take.

use sqlx::Arguments as _;
use sqlx::encode::Encode;
use sqlx::types::Type;
use uuid::Uuid;

/// One parameter. The five kinds below are all that the schema uses, each possibly absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// `text`
    Text(Option<String>),
    /// `bigint`
    Int(Option<i64>),
    /// `boolean`
    Bool(Option<bool>),
    /// `uuid`
    Uuid(Option<Uuid>),
    /// `bytea`
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value.into()))
            }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )*};
}

from! {
    &str => Text, String => Text, &String => Text,
    i64 => Int, i16 => Int, i32 => Int, u32 => Int, u8 => Int,
    bool => Bool,
    Uuid => Uuid,
    Vec<u8> => Bytes, &[u8] => Bytes, [u8; 32] => Bytes,
}

/// The parameters of a statement, in order: `args![id, year, "text", None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::platform::db::Arg::from($value)),*]
    };
}

/// The engine's own list of parameters.
pub(super) fn arguments<DB>(args: Vec<Arg>) -> Result<DB::Arguments, sqlx::Error>
where
    DB: sqlx::Database,
    Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<bool>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Uuid>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut list = DB::Arguments::default();
    for arg in args {
        match arg {
            // PostgreSQL keeps no NUL in a text: neither does Jalon, on either engine.
            Arg::Text(Some(text)) if text.contains('\0') => {
                return Err(sqlx::Error::Encode("a text holds a NUL character".into()));
            }
            Arg::Text(value) => list.add(value),
            Arg::Int(value) => list.add(value),
            Arg::Bool(value) => list.add(value),
            Arg::Uuid(value) => list.add(value),
            Arg::Bytes(value) => list.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(list)
}

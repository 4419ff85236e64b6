//! What can go wrong with a database: three classes, by the codes of both engines.

use sea_orm::{DbErr, RuntimeErr};

/// What can go wrong with a database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another writer was in the way; trying again may work.
    #[error("conflict with another writer")]
    Conflict(#[source] DbErr),
    /// The database is away, or the connection was lost: what happened to a commit is not known.
    #[error("the database is unavailable")]
    Unavailable(#[source] DbErr),
    /// What is stored, or asked, makes no sense: a bug or a damaged database.
    #[error("the database answered what cannot be")]
    Corrupt(#[source] DbErr),
}

impl Error {
    /// What took longer than it may: the database counts as away.
    pub(crate) fn timed_out(what: &str) -> Self {
        Self::Unavailable(DbErr::Custom(format!("{what} took too long")))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let class = class(&error);
        let error = unquoted(error);
        match class {
            Class::Conflict => Self::Conflict(error),
            Class::Unavailable => Self::Unavailable(error),
            Class::Corrupt => Self::Corrupt(error),
        }
    }
}

/// The error without values: PostgreSQL's messages about data (SQLSTATE class 22) repeat what was
/// sent or stored, and errors are logged.
fn unquoted(error: DbErr) -> DbErr {
    let code = match &error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().and_then(|error| error.code())
        }
        _ => None,
    };
    match code.filter(|code| code.len() == 5 && code.starts_with("22")) {
        Some(code) => DbErr::Custom(format!("data exception, SQLSTATE {code}")),
        None => error,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Class {
    Conflict,
    Unavailable,
    Corrupt,
}

fn class(error: &DbErr) -> Class {
    let sqlx_error = match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return Class::Unavailable,
        _ => return Class::Corrupt,
    };
    let Some(database) = sqlx_error.as_database_error() else {
        use sea_orm::sqlx::Error as Sqlx;
        return match sqlx_error.as_ref() {
            Sqlx::Io(_)
            | Sqlx::Tls(_)
            | Sqlx::PoolTimedOut
            | Sqlx::PoolClosed
            | Sqlx::WorkerCrashed
            | Sqlx::Protocol(_) => Class::Unavailable,
            _ => Class::Corrupt,
        };
    };
    database.code().map_or(Class::Corrupt, |code| class_of_code(&code))
}

/// The class of a code that a database answers. PostgreSQL's have five characters; SQLite's are
/// numbers, whose lowest byte is the primary code.
///
/// PostgreSQL: serialization failure, deadlock, lock not available and unique violation (two
/// openings of one account) are conflicts. Trouble with connections (08), resources (53), operators
/// (57P) and the system (58), cancelled statements, and a database that is gone, takes no
/// connections or, as after a failover, no writes mean that it is not there for us. SQLite: BUSY (5)
/// and LOCKED (6) in all their forms and violations of keys (1555, 2067) are conflicts; I/O (10),
/// full (13) and cannot-open (14) are unavailability.
fn class_of_code(code: &str) -> Class {
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "55P03" | "23505" => Class::Conflict,
            "25006" | "3D000" | "55000" | "57014" => Class::Unavailable,
            _ if ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class)) => {
                Class::Unavailable
            }
            _ => Class::Corrupt,
        };
    }
    match code.parse::<u32>().map(|code| (code, code & 0xff)) {
        Ok((1555 | 2067, _) | (_, 5 | 6)) => Class::Conflict,
        Ok((_, 10 | 13 | 14)) => Class::Unavailable,
        Ok(_) | Err(_) => Class::Corrupt,
    }
}

/// Whether a connection turned out to be gone, as after a restart of the server; not when none
/// could be had.
pub(super) fn is_dead_connection(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error as Sqlx;
    let inner = match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
        _ => return false,
    };
    let terminated = |code: &str| code.starts_with("57P");
    matches!(inner.as_ref(), Sqlx::Io(_) | Sqlx::Protocol(_))
        || inner.as_database_error().is_some_and(|e| e.code().is_some_and(|c| terminated(&c)))
}

#[cfg(test)]
mod tests {
    use super::{Class, class_of_code};

    #[test]
    fn codes_of_both_engines_have_their_class() {
        for code in ["40001", "40P01", "55P03", "23505", "5", "6", "261", "517", "1555", "2067"] {
            assert_eq!(class_of_code(code), Class::Conflict, "{code}");
        }
        for code in [
            "08006", "53100", "53300", "57P01", "57P03", "58030", "25006", "3D000", "55000",
            "57014", "10", "13", "14", "266", "3338", "526",
        ] {
            assert_eq!(class_of_code(code), Class::Unavailable, "{code}");
        }
        for code in ["23514", "42P01", "22P02", "1", "11", "275", "787", "", "?"] {
            assert_eq!(class_of_code(code), Class::Corrupt, "{code}");
        }
    }
}

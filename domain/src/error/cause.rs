//! What a database error is about: the statement, other transactions, or the state of the database.

use sea_orm::{DbErr, RuntimeErr, SqlxError, SqlxPostgresError};

/// What a database error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The statement or this program: trying again would fail again.
    Fault,
    /// Other transactions: the same one may succeed when it is run again from the start.
    Conflict,
    /// The connection: it is dead, and another one may be well.
    Cut,
    /// The database: it is not there, it is full, or it is too busy, for as long as that lasts.
    Away,
}

impl Cause {
    /// The one place where the errors of both databases are told apart.
    pub(crate) fn of(error: &DbErr) -> Self {
        let (DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else {
            return if matches!(error, DbErr::ConnectionAcquire(_)) {
                Self::Away
            } else {
                Self::Fault
            };
        };
        let cause = match runtime {
            RuntimeErr::SqlxError(error) => Self::of_driver(error),
            RuntimeErr::Internal(_) => Self::Fault,
        };
        // Whatever it is that keeps us from connecting, a wrong password included, no request is the cause of it.
        if cause == Self::Fault && matches!(error, DbErr::Conn(_)) {
            Self::Away
        } else {
            cause
        }
    }

    /// Whether another process is writing to the file, on SQLite: it was waited for as long as the connection does.
    pub(crate) fn is_taken(error: &DbErr) -> bool {
        let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
            return false;
        };
        let SqlxError::Database(error) = error.as_ref() else {
            return false;
        };
        error.try_downcast_ref::<SqlxPostgresError>().is_none()
            && error
                .code()
                .is_some_and(|code| code.parse().is_ok_and(|code: i32| code & 0xff == 5))
    }

    fn of_driver(error: &SqlxError) -> Self {
        match error {
            // A refused connection does not come here: the pool goes on trying to connect until its patience ends.
            SqlxError::Io(_) | SqlxError::WorkerCrashed => Self::Cut,
            SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed => Self::Away,
            SqlxError::Database(error) => {
                let code = error.code().unwrap_or_default();
                if error.try_downcast_ref::<SqlxPostgresError>().is_some() {
                    Self::of_sqlstate(&code)
                } else {
                    code.parse().map_or(Self::Fault, Self::of_sqlite)
                }
            }
            _ => Self::Fault,
        }
    }

    /// A code of PostgreSQL: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of_sqlstate(code: &str) -> Self {
        match code {
            // serialization_failure, deadlock_detected.
            "40001" | "40P01" => Self::Conflict,
            // admin_shutdown, crash_shutdown; idle_session_timeout and its like; database_dropped.
            "57P01" | "57P02" | "57P05" | "25P03" | "25P04" | "57P04" => Self::Cut,
            // cannot_connect_now; read_only_sql_transaction, as a standby answers; lock_not_available; io_error,
            // data_corrupted, index_corrupted.
            "57P03" | "25006" | "55P03" | "58030" | "XX001" | "XX002" => Self::Away,
            // Class 08, connection exceptions; class 53, insufficient resources: disk_full, too_many_connections…
            _ if code.starts_with("08") => Self::Cut,
            _ if code.starts_with("53") => Self::Away,
            _ => Self::Fault,
        }
    }

    /// A result code of SQLite, extended or not: <https://www.sqlite.org/rescode.html>.
    fn of_sqlite(code: i32) -> Self {
        match (code, code & 0xff) {
            // BUSY_SNAPSHOT, LOCKED. They come at once, where BUSY comes after all the patience that there is: who has
            // waited that long is told so, and not made to wait again.
            (517, _) | (_, 6) => Self::Conflict,
            // BUSY, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. PROTOCOL is a lock that others
            // held for too long; CORRUPT is also what SQLite calls a file that the disk does not let it read.
            (_, 5 | 7 | 8 | 10 | 11 | 13 | 14 | 15 | 26) => Self::Away,
            _ => Self::Fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use sea_orm::ConnAcquireErr;

    use super::*;

    fn driver(error: SqlxError) -> RuntimeErr {
        RuntimeErr::SqlxError(Arc::new(error))
    }

    #[test]
    fn a_code_of_postgresql_tells_what_it_is_about() {
        for (code, cause) in [
            ("40001", Cause::Conflict),
            ("40P01", Cause::Conflict),
            ("08006", Cause::Cut),
            ("57P01", Cause::Cut),
            ("57P02", Cause::Cut),
            ("57P03", Cause::Away),
            ("53100", Cause::Away),
            ("53200", Cause::Away),
            ("53300", Cause::Away),
            ("23505", Cause::Fault),
            ("42P01", Cause::Fault),
            ("57014", Cause::Fault),
            ("XX000", Cause::Fault),
        ] {
            assert_eq!(Cause::of_sqlstate(code), cause, "{code}");
        }
    }

    #[test]
    fn a_code_of_sqlite_tells_what_it_is_about() {
        for (code, cause) in [
            (6, Cause::Conflict),
            (517, Cause::Conflict),
            (5, Cause::Away),
            (261, Cause::Away),
            (8, Cause::Away),
            (10, Cause::Away),
            (778, Cause::Away),
            (4874, Cause::Away),
            (13, Cause::Away),
            (14, Cause::Away),
            (1, Cause::Fault),
            (11, Cause::Away),
            (2067, Cause::Fault),
        ] {
            assert_eq!(Cause::of_sqlite(code), cause, "{code}");
        }
    }

    #[test]
    fn a_connection_that_fails_is_nobody_s_fault() {
        let reset = || driver(io::Error::from(io::ErrorKind::ConnectionReset).into());
        for (error, cause) in [
            (DbErr::Query(reset()), Cause::Cut),
            (DbErr::Exec(reset()), Cause::Cut),
            (DbErr::Conn(reset()), Cause::Cut),
            (DbErr::Query(driver(SqlxError::WorkerCrashed)), Cause::Cut),
            (DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), Cause::Away),
            (DbErr::Conn(driver(SqlxError::PoolTimedOut)), Cause::Away),
            (DbErr::Conn(driver(SqlxError::Protocol("?".to_owned()))), Cause::Away),
            (DbErr::Query(driver(SqlxError::Protocol("?".to_owned()))), Cause::Fault),
            (DbErr::Query(driver(SqlxError::RowNotFound)), Cause::Fault),
            (DbErr::RecordNotFound("?".to_owned()), Cause::Fault),
        ] {
            assert_eq!(Cause::of(&error), cause, "{error}");
        }
    }
}

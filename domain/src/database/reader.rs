//! Reading outside of a transaction: a connection that was cut costs no answer.

use std::ops::Deref;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::IDLE;
use crate::error::Cause;

/// Connections for reading.
///
/// A statement whose connection turns out to be dead is sent again, once, on another one: reading twice does no harm.
/// So whoever reads does not notice that the database was restarted, as long as it is back before patience ends.
#[derive(Clone, Debug)]
pub(crate) struct Reader(pub(super) DatabaseConnection);

/// For transactions, which are not read again: what one of them has read, the next may find changed.
impl Deref for Reader {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.0
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let answer = self.0.query_one_raw(statement.clone()).await;
        if !is_cut(&answer) {
            return answer;
        }
        tokio::time::sleep(IDLE).await;
        self.0.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let answer = self.0.query_all_raw(statement.clone()).await;
        if !is_cut(&answer) {
            return answer;
        }
        tokio::time::sleep(IDLE).await;
        self.0.query_all_raw(statement).await
    }
}

fn is_cut<T>(answer: &Result<T, DbErr>) -> bool {
    answer.as_ref().is_err_and(|error| Cause::of(error) == Cause::Cut)
}

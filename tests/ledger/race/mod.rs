//! Many at once after the same money: exactly what there is goes out, and everybody else is told why not.
//!
//! Every race has two hundred rounds of 32 requests at the same time, on a server of this process and, on PostgreSQL,
//! as many again on two processes that share the database. What a round needs is made ready by commands ([`venue`]);
//! the race is run over HTTP ([`track`]).

mod award;
mod budget;
mod key;
mod payment;
mod recovery;
mod track;
mod venue;
mod year;

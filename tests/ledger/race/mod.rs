//! Many at once after the same money: exactly what there is goes out, and everybody else is told why not.
//!
//! A race has two hundred rounds, and a few of the races have twenty: on SQLite on a server of this process, on
//! PostgreSQL on two processes that share the database. A round sends 32 requests at the same time, or the same one 64
//! times. What it needs is made ready by commands ([`venue`]); the race is run over HTTP ([`track`]).

mod award;
mod budget;
mod key;
mod payment;
mod recovery;
mod track;
mod venue;
mod year;

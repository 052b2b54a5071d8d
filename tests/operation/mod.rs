//! The server as an operator runs it: started, stopped, met by browsers and proxies, watched.

mod browser;
mod figures;
mod log;
mod options;
mod probe;
mod program;
mod tls;
mod traces;

//! The conventions that hold for the whole contract: paging, errors, requests.

mod error;
mod operation;
mod page;
mod request;

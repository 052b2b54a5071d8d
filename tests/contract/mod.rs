//! The conventions that hold for the whole contract: paging, errors, requests.

mod error;
mod page;
mod request;

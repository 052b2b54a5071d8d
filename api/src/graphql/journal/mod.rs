//! The journal of a fund in the contract: every transfer, the accounts between which they move money, and what those
//! held at any instant. For the staff of the fund.

mod account;
mod credits;
mod object;
mod statement;
mod transfer;
mod verification;

pub use account::{Account, AccountFilter};
pub use credits::PaymentCredits;
pub use statement::{AccountStatement, Side, StatementLine};
pub use transfer::{Transfer, TransferFilter};
pub use verification::{JournalQuery, LedgerFault, LedgerVerification};

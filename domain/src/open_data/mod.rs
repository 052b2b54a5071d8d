//! Open data: what anybody may read without an account. Rejected and withdrawn applications, people's names and bank
//! details never appear here.

pub mod queries;

//! The audit trail: every change with its actor, before and after, written by [`crate::work`] in the transaction of the
//! change. Here it is read, and proved.

pub mod verify;

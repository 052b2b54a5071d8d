//! What a viewer may not see answers exactly as what does not exist: same status, same bytes, same counts.

mod conflict;
mod counts;
mod existence;
mod names;

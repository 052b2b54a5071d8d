//! Named points, each called after what has just happened: where `tests/ledger/crash` stops the process.
//!
//! Without the feature `failpoints` they are nothing at all. With it, `FAILPOINTS` in the environment says where to
//! stop:
//! `work::before_commit=3*off->return` is there, on the fourth pass.

/// Stops here if that was asked for; given a condition, on passes that meet it.
macro_rules! point {
    ($name:literal) => {
        point!($name, true)
    };
    ($name:literal, $condition:expr) => {
        #[cfg(feature = "failpoints")]
        if $condition {
            let _: Option<()> = fail::eval($name, |_| $crate::work::point::stop($name));
        }
    };
}
pub(crate) use point;

/// Says so, and never goes on. It blocks the thread, not only its task, so nothing else that the thread serves goes on
/// either.
#[cfg(feature = "failpoints")]
pub(crate) fn stop(name: &str) -> ! {
    eprintln!("stopped at {name}");
    loop {
        std::thread::park();
    }
}

//! What the queues of the journals do, counted for whoever watches the server.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The sizes by which transactions are told apart: those of at most so many commands, and more than the size before.
pub(super) const SIZES: [u32; 7] = [1, 2, 4, 8, 16, 32, 48];

/// Counts, in passing. They agree with each other only when nothing happens; none of them is money.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    transfers: AtomicU64,
    commands: AtomicU64,
    by_size: [AtomicU64; SIZES.len()],
    waiting: AtomicU64,
    turned_away: AtomicU64,
}

/// What the queues of the journals have done since the database was opened, and how long they are now.
#[derive(Clone, Debug)]
pub struct QueueFigures {
    /// Transfers posted.
    pub transfers: u64,
    /// Commands that were answered once their transaction had ended.
    pub commands: u64,
    /// Transactions by how many commands shared them: each number of commands, with the transactions of at most that
    /// many, and of more than the number before.
    pub transactions: [(u32, u64); SIZES.len()],
    /// Commands that wait for their turn.
    pub waiting: u64,
    /// Commands turned away because too many waited, or they had waited for too long.
    pub turned_away: u64,
}

impl Counters {
    /// A transaction has ended: so many commands shared it, and posted so many transfers.
    pub(super) fn committed(&self, commands: usize, transfers: usize) {
        self.commands.fetch_add(wide(commands), Relaxed);
        self.transfers.fetch_add(wide(transfers), Relaxed);
        let mut sizes = SIZES.iter().zip(&self.by_size);
        if let Some((_, transactions)) = sizes.find(|(size, _)| u64::from(**size) >= wide(commands)) {
            transactions.fetch_add(1, Relaxed);
        }
    }

    /// A command is about to wait. Said before it does, so that [`left`](Self::left) never comes first.
    pub(super) fn came(&self) {
        self.waiting.fetch_add(1, Relaxed);
    }

    /// So many commands no longer wait.
    pub(super) fn left(&self, commands: usize) {
        self.waiting.fetch_sub(wide(commands), Relaxed);
    }

    /// A command was turned away.
    pub(super) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    /// The counts as they are now.
    pub(crate) fn figures(&self) -> QueueFigures {
        let mut transactions = SIZES.map(|size| (size, 0));
        for ((_, count), counter) in transactions.iter_mut().zip(&self.by_size) {
            *count = counter.load(Relaxed);
        }
        QueueFigures {
            transfers: self.transfers.load(Relaxed),
            commands: self.commands.load(Relaxed),
            transactions,
            waiting: self.waiting.load(Relaxed),
            turned_away: self.turned_away.load(Relaxed),
        }
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_counts_for_the_first_size_that_holds_it() {
        let counters = Counters::default();
        for commands in [1, 2, 3, 4, 48] {
            counters.committed(commands, 2);
        }
        let figures = counters.figures();
        assert_eq!(figures.commands, 58);
        assert_eq!(figures.transfers, 10);
        let transactions = figures.transactions.map(|(_, transactions)| transactions);
        assert_eq!(transactions, [1, 1, 2, 0, 0, 0, 1]);
    }
}

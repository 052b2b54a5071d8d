//! Chance: which operation is asked for next. It leans towards what can be done, and towards the edges of it: exactly
//! what there is, and one more.

mod amount;
mod award;
mod budget;

use std::ops::RangeInclusive;

use entity::value::FundStatus;

use super::auditor::Auditor;
use super::operation::{Key, Operation, Paper, Text, What};
use super::stage::{APPLICANT, CHAIR, MANAGER, OFFICERS, TIED, TWIN};

pub struct Draw {
    dice: fastrand::Rng,
    keys: u64,
}

/// Who is asked to do it, most of the time.
#[derive(Clone, Copy)]
enum Role {
    Officer,
    Manager,
    Chair,
    /// Of either organisation.
    Applicant,
}

type Drawn = fn(&mut Draw, &Auditor) -> Option<What>;

/// How often each operation comes up, and by whom.
const WEIGHTS: [(u32, Role, Drawn); 30] = [
    (30, Role::Officer, Draw::open_envelope),
    (20, Role::Officer, Draw::reduce_envelope),
    (90, Role::Officer, Draw::allocate),
    (35, Role::Officer, Draw::deallocate),
    (40, Role::Officer, Draw::redeploy),
    (40, Role::Officer, Draw::open_credits),
    (15, Role::Officer, Draw::reduce_credits),
    (15, Role::Officer, Draw::move_credits),
    (20, Role::Officer, Draw::carry_over),
    (4, Role::Officer, Draw::close_year),
    (8, Role::Officer, Draw::set_policy),
    (1, Role::Officer, Draw::close_fund),
    (40, Role::Officer, Draw::reverse),
    (45, Role::Chair, Draw::adopt),
    (45, Role::Manager, Draw::notify),
    (3, Role::Applicant, Draw::withdraw),
    (8, Role::Manager, Draw::release),
    (40, Role::Manager, Draw::sign),
    (20, Role::Officer, Draw::decommit),
    (110, Role::Applicant, Draw::request),
    (95, Role::Manager, Draw::certify),
    (90, Role::Officer, Draw::approve),
    (15, Role::Officer, Draw::reject),
    (85, Role::Officer, Draw::order_payment),
    (60, Role::Officer, Draw::confirm),
    (15, Role::Officer, Draw::return_payment),
    (30, Role::Officer, Draw::issue),
    (15, Role::Officer, Draw::receive),
    (10, Role::Officer, Draw::cancel),
    (12, Role::Officer, Draw::reinstate),
];

impl Draw {
    pub const fn new(dice: fastrand::Rng) -> Self {
        Self { dice, keys: 0 }
    }

    /// The next operation.
    pub fn operation(&mut self, auditor: &Auditor) -> Operation {
        if self.happens(1, 25)
            && let Some(again) = self.again(auditor)
        {
            return again;
        }
        let (what, role) = loop {
            let mut left = self.dice.u32(0..WEIGHTS.iter().map(|(weight, ..)| weight).sum());
            let mut weights = WEIGHTS.iter();
            let (_, role, drawn) = weights
                .find(|(weight, ..)| {
                    let found = left < *weight;
                    left = left.saturating_sub(*weight);
                    found
                })
                .expect("one of them");
            if let Some(what) = drawn(self, auditor) {
                break (what, *role);
            }
        };
        Operation {
            who: self.who(auditor, role),
            key: self.key(),
            preview: self.happens(1, 30),
            what,
        }
    }

    /// The operation that opens a fund, as it must be done before anything else.
    pub fn opening(&mut self, auditor: &Auditor, fund: usize) -> Operation {
        let (what, key) = (self.first_money(auditor, fund), self.fresh_key());
        Operation {
            who: OFFICERS[0],
            key,
            preview: false,
            what,
        }
    }

    /// A key that was used before: for the same, for something else, or by somebody else.
    fn again(&mut self, auditor: &Auditor) -> Option<Operation> {
        let asked = auditor.asked();
        let before = asked.get(self.below(asked.len().max(1)))?.clone();
        if self.happens(2, 3) {
            return Some(before);
        }
        if self.happens(1, 2) {
            let other = asked.get(self.below(asked.len()))?;
            return Some(other.again(before.who, before.key));
        }
        let who = self.below(auditor.people.len());
        Some(before.again(who, before.key))
    }

    fn who(&mut self, auditor: &Auditor, role: Role) -> usize {
        let likely: &[usize] = match role {
            Role::Officer => &[OFFICERS[0], OFFICERS[1], OFFICERS[0], OFFICERS[1], TWIN, TIED],
            Role::Manager => &[MANAGER, MANAGER, MANAGER, TWIN],
            Role::Chair => &[CHAIR, CHAIR, CHAIR, TWIN],
            Role::Applicant => &[APPLICANT, APPLICANT, APPLICANT, TIED],
        };
        if self.happens(1, 16) {
            self.below(auditor.people.len())
        } else {
            likely[self.below(likely.len())]
        }
    }

    fn key(&mut self) -> Key {
        match self.dice.u32(0..400) {
            0 => Key::Empty,
            1 => Key::Endless,
            _ => self.fresh_key(),
        }
    }

    const fn fresh_key(&mut self) -> Key {
        self.keys += 1;
        Key::Number(self.keys)
    }

    fn paper(&mut self) -> Paper {
        let reason = self.text();
        Paper {
            reason,
            document: self.text(),
        }
    }

    fn text(&mut self) -> Text {
        match self.dice.u32(0..150) {
            0 => Text::Blank,
            1 => Text::Garbled,
            _ => Text::Good,
        }
    }

    /// Whether something happens that does so `times` in `of`.
    pub fn happens(&mut self, times: u32, of: u32) -> bool {
        self.dice.u32(0..of) < times
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.dice.usize(0..end)
    }

    pub fn number(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.dice.i64(range)
    }

    pub fn one(&mut self, of: &[usize]) -> Option<usize> {
        self.dice.choice(of).copied()
    }

    /// A number below the end, rather a recent one; now and then the one after them all, which names nothing.
    fn recent(&mut self, end: usize) -> usize {
        if end == 0 || self.happens(1, 250) {
            return end;
        }
        let first = if self.happens(2, 3) { end.saturating_sub(12) } else { 0 };
        self.dice.usize(first..end)
    }

    /// One that is in the right state, most of the time.
    fn likely(&mut self, right: &[usize], end: usize) -> Option<usize> {
        if self.happens(1, 14) {
            return Some(self.recent(end));
        }
        let recent = &right[right.len().saturating_sub(60)..];
        let among = if self.happens(1, 2) { recent } else { right };
        self.one(among)
    }

    /// A fund, rather one that is open.
    fn fund(&mut self, auditor: &Auditor) -> usize {
        let open = |fund: &usize| auditor.funds[*fund].status != FundStatus::Closed;
        let open: Vec<usize> = (0..auditor.funds.len()).filter(open).collect();
        self.likely(&open, auditor.funds.len()).unwrap_or_default()
    }
}

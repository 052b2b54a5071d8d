//! Objects by number, each in a state, and all that are in one state.

use std::collections::BTreeMap;

pub struct Shelf<T, S> {
    items: Vec<T>,
    /// The state of each, and its place among those in the same state.
    places: Vec<(S, usize)>,
    by_status: BTreeMap<S, Vec<usize>>,
}

impl<T, S: Copy + Ord> Shelf<T, S> {
    pub const fn new() -> Self {
        Self {
            items: Vec::new(),
            places: Vec::new(),
            by_status: BTreeMap::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn get(&self, number: usize) -> Option<&T> {
        self.items.get(number)
    }

    pub fn item(&self, number: usize) -> &T {
        &self.items[number]
    }

    pub fn item_mut(&mut self, number: usize) -> &mut T {
        &mut self.items[number]
    }

    pub fn status(&self, number: usize) -> S {
        self.places[number].0
    }

    /// Those in a state, in no order that means anything.
    pub fn at(&self, status: S) -> &[usize] {
        self.by_status.get(&status).map_or(&[], Vec::as_slice)
    }

    /// Puts one on; answers with its number.
    pub fn push(&mut self, item: T, status: S) -> usize {
        let number = self.items.len();
        self.items.push(item);
        let alike = self.by_status.entry(status).or_default();
        self.places.push((status, alike.len()));
        alike.push(number);
        number
    }

    pub fn set(&mut self, number: usize, status: S) {
        let (before, place) = self.places[number];
        let left = self.by_status.entry(before).or_default();
        left.swap_remove(place);
        if let Some(moved) = left.get(place).copied() {
            self.places[moved].1 = place;
        }
        let joined = self.by_status.entry(status).or_default();
        self.places[number] = (status, joined.len());
        joined.push(number);
    }
}

//! Numbers as they are printed.

use std::time::Duration;

/// A table in Markdown, printed row by row; numbers stand on the right.
pub fn heading(titles: &[String]) {
    println!("| {} |", titles.join(" | "));
    let rules: Vec<&str> = titles.iter().enumerate().map(|(place, _)| rule(place)).collect();
    println!("|{}|", rules.join("|"));
}

const fn rule(place: usize) -> &'static str {
    if place == 0 { "---" } else { "---:" }
}

pub fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

/// A number with its thousands apart: `1 000 000`.
pub fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// So many a second.
pub fn rate(number: u64, time: Duration) -> f64 {
    let number = u32::try_from(number).expect("a number that a benchmark reaches");
    f64::from(number) / time.as_secs_f64()
}

/// A rate without its decimals.
pub fn rounded(rate: f64) -> String {
    format!("{rate:.0}")
}

pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

pub fn microseconds(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}

/// The time within which so many percent of some times are. Sorts them.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

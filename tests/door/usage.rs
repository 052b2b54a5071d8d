//! What a program uses of the machine, by the system's own account of it.

use std::fs;
use std::time::Duration;

use crate::harness::Octroi;

/// The hundredths of a second in which Linux tells processor time, whatever the machine (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What a program had used at a moment.
pub struct Usage {
    processor: Duration,
    resident: u64,
}

/// What it has used since.
#[derive(Debug)]
pub struct Used {
    pub processor: Duration,
    /// How many bytes of memory it had more, at the most.
    pub memory: u64,
}

impl Usage {
    /// From now on.
    pub fn begin(server: &Octroi) -> Self {
        let process = server.process();
        // Forgets the most memory that it ever had, so that what is told at the end is since now.
        fs::write(format!("/proc/{process}/clear_refs"), "5").expect("the process is ours");
        Self {
            processor: processor(process),
            resident: memory(process, "VmRSS"),
        }
    }

    pub fn end(&self, server: &Octroi) -> Used {
        let process = server.process();
        Used {
            processor: processor(process).saturating_sub(self.processor),
            memory: memory(process, "VmHWM").saturating_sub(self.resident),
        }
    }
}

/// The processor time of a process, its own and the system's for it.
fn processor(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    // The name, in brackets, may have blanks in it; times are the fourteenth and the fifteenth field.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.map(|ticks| ticks.parse::<u32>().expect("a number")).sum();
    TICK * ticks
}

/// A line of a process's status, in bytes.
fn memory(process: u32, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let value = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kilobytes = value.and_then(|value| value.trim().strip_suffix(" kB"));
    kilobytes.expect("kilobytes").parse::<u64>().expect("a number") * 1024
}

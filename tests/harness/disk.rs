//! A disk that fills up, or goes away and comes back, under one program.
//!
//! It needs no rights: a library that is loaded into the program fails its accesses to files (`disk.c`).

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a program believes of its disk.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// A disk in good order; what it needs is put into a new folder, for everybody to read.
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir(&folder).expect("a folder for the disk");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/disk.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(library(&folder));
        let compiled = compile.arg(source).arg("-ldl").status().expect("a C compiler");
        assert!(compiled.success(), "{compile:?}");
        Self { folder }
    }

    /// What a program finds in its environment to have this disk.
    pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("LD_PRELOAD", library(&self.folder)),
            ("OCTROI_TEST_DISK", self.folder.clone()),
        ]
    }

    /// From now on, whether there is no room for any file to grow.
    pub fn set_full(&self, full: bool) {
        self.set("full", full);
    }

    /// From now on, whether no file can be read or written.
    pub fn set_gone(&self, gone: bool) {
        self.set("gone", gone);
    }

    fn set(&self, state: &str, holds: bool) {
        let file = self.folder.join(state);
        if holds {
            fs::write(file, "").expect("the state is written");
        } else {
            fs::remove_file(file).expect("the state is removed");
        }
    }
}

fn library(folder: &Path) -> PathBuf {
    folder.join("disk.so")
}

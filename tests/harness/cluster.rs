//! A PostgreSQL server of a test's own, to be stopped and started while others go on with theirs.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::disk::Disk;

/// A server in a folder of its own. Stopped, and its folder removed, when dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    password: String,
    environment: Vec<(&'static str, PathBuf)>,
}

impl Cluster {
    /// Makes a server in a new folder and starts it.
    pub async fn start(folder: PathBuf, disk: &Disk) -> Self {
        fs::create_dir(&folder).expect("a folder for the server");
        let password = Uuid::now_v7().simple().to_string();
        fs::write(folder.join("password"), &password).expect("the password is written");
        if let Some((user, group)) = owner() {
            chown(&folder, Some(user), Some(group)).expect("the folder is handed over");
        }
        let mut cluster = Self {
            folder,
            port: 0,
            password,
            environment: disk.environment().to_vec(),
        };
        let mut initdb = cluster.program("initdb");
        initdb.args([
            "--username=postgres",
            "--auth=password",
            "--pwfile=password",
            "--no-sync",
        ]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
        let made = run(initdb).await;
        assert!(made.status.success(), "{made:?}");
        // A port that looks free may be taken a moment later.
        for _ in 0..8 {
            cluster.port = free_port();
            if cluster.try_start().await {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start: {}", cluster.log());
    }

    /// The URL of its only database.
    pub fn url(&self) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    /// Stops it: `fast`, as it is stopped to be maintained, or `immediate`, as if it had crashed.
    pub async fn stop(&self, how: &str) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--mode", how]);
        let stopped = run(stop).await;
        assert!(stopped.status.success(), "{stopped:?}");
    }

    /// Starts it after it was stopped.
    pub async fn restart(&self) {
        assert!(
            self.try_start().await,
            "PostgreSQL does not start again: {}",
            self.log()
        );
    }

    async fn try_start(&self) -> bool {
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--log=log", "--options"]);
        // It outlives its own crashes, not one of the machine, so that nothing rests on fsync.
        start.arg(format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=50",
            self.port
        ));
        run(start).await.status.success()
    }

    /// A program of PostgreSQL, as the owner of the server, who is not root.
    fn program(&self, name: &str) -> Command {
        let programs = env::var_os("OCTROI_TEST_POSTGRES_BIN").expect(
            "the tests need PostgreSQL's programs: run ./scripts/test, which finds them, \
             or set OCTROI_TEST_POSTGRES_BIN to the folder of initdb and pg_ctl",
        );
        let mut command = Command::new(PathBuf::from(programs).join(name));
        command
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned())
            .env("PGDATA", self.folder.join("data"))
            .stdin(Stdio::null());
        if let Some((user, group)) = owner() {
            command.uid(user).gid(group);
        }
        command
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    /// Best effort: the data is thrown away, and a panic here would hide the test's own.
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        drop(stop.args(["stop", "--mode=immediate"]).output());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Runs a program to its end without keeping others waiting.
async fn run(mut command: Command) -> Output {
    let run = spawn_blocking(move || command.output());
    run.await.expect("the program's thread").expect("the program runs")
}

/// Who runs servers, when we may not: PostgreSQL refuses to run as root.
fn owner() -> Option<(u32, u32)> {
    let owner = env::var("OCTROI_TEST_POSTGRES_OWNER").ok()?;
    let number = |of: &str| {
        let answer = Command::new("id").args([of, &owner]).output().expect("id");
        let text = String::from_utf8_lossy(&answer.stdout);
        text.trim()
            .parse()
            .unwrap_or_else(|error| panic!("{owner}: {error} in {answer:?}"))
    };
    Some((number("-u"), number("-g")))
}

/// Below those that the system gives to clients: one must be free again when the server is restarted.
fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut tries = std::iter::repeat_with(|| fastrand::u16(20_000..32_000)).take(100);
    tries.find(is_free).expect("a free port")
}

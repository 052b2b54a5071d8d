//! The real program in a process of its own: killed, stopped, started again, or run once.

use std::{
    env,
    fs::File,
    io::{BufRead, BufReader},
    ops::Deref,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex, OnceLock, mpsc},
    time::{Duration, Instant},
};

use domain::Clock;

use super::{Client, Engine, Fixture, TestDatabase};

/// How long the program may take to start, with a demonstration to load, or to stop.
const PATIENCE: Duration = Duration::from_mins(5);

/// `octroi serve`, and a client of it. Killed when dropped.
pub struct Octroi {
    client: Client,
    child: Mutex<Child>,
    log: Arc<Mutex<String>>,
}

impl Deref for Octroi {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Fixture for Octroi {
    async fn start(engine: Engine) -> Self {
        Self::serve(&Arc::new(TestDatabase::migrated(engine).await)).await
    }
}

impl Octroi {
    /// Starts the server on a database and waits until it is ready. Servers of one database share a signing key, so a
    /// token outlives a restart.
    pub async fn serve(storage: &Arc<TestDatabase>) -> Self {
        Self::start(storage, serve(storage)).await
    }

    /// Starts the server as [`serve`](Octroi::serve) does, with more options.
    pub async fn serve_with(storage: &Arc<TestDatabase>, options: &[&str]) -> Self {
        let mut serve = serve(storage);
        serve.args(options);
        Self::start(storage, serve).await
    }

    /// Starts the server as [`serve`](Octroi::serve) does, with more in its environment.
    pub async fn serve_in(storage: &Arc<TestDatabase>, environment: &[(&str, &str)]) -> Self {
        let mut serve = serve(storage);
        serve.envs(environment.iter().copied());
        Self::start(storage, serve).await
    }

    /// Starts the server as [`serve_with`](Octroi::serve_with) does, for a client that trusts what it proves itself by.
    pub async fn serve_trusted(storage: &Arc<TestDatabase>, options: &[&str], http: reqwest::Client) -> Self {
        let mut serve = serve(storage);
        serve.args(options);
        let mut server = Self::launch(storage, serve);
        server.client.http = http;
        server.wait_until_ready().await;
        server
    }

    /// Starts the server as [`serve`](Octroi::serve) does, to stop dead at a point (`domain/src/work/point.rs`) once it
    /// has passed it so many times.
    pub async fn serve_until(storage: &Arc<TestDatabase>, point: &str, passes: usize) -> Self {
        let mut serve = serve(storage);
        serve.env("FAILPOINTS", format!("{point}={passes}*off->return"));
        Self::start(storage, serve).await
    }

    /// Loads the demonstration into an empty database, serves it, and waits until it is ready; what it prints for
    /// people goes to the file `leaflet` in the database's folder.
    pub async fn demo(storage: &Arc<TestDatabase>) -> Self {
        let mut demo = command(storage, &["demo", "--listen", "127.0.0.1:0"]);
        demo.stdout(File::create(storage.folder.join("leaflet")).expect("a file"));
        Self::start(storage, demo).await
    }

    async fn start(storage: &Arc<TestDatabase>, command: Command) -> Self {
        let server = Self::launch(storage, command);
        server.wait_until_ready().await;
        server
    }

    /// Starts a server, and waits until it says where it listens.
    fn launch(storage: &Arc<TestDatabase>, mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let url = follow(&mut child, &log).recv_timeout(PATIENCE);
        // Owned from here on, so that a panic below kills it.
        let url = url.unwrap_or_default();
        let server = Self {
            client: Client::new(url, Clock::system(), Arc::clone(storage)),
            child: Mutex::new(child),
            log,
        };
        assert!(
            !server.url.is_empty(),
            "the server did not say where it listens:\n{}",
            server.log()
        );
        server
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.lock().expect("the process").id()
    }

    /// What the server has written to its log.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// Whether it is the process that was started, still.
    pub fn is_running(&self) -> bool {
        let mut child = self.child.lock().expect("the process");
        child.try_wait().expect("the process is ours").is_none()
    }

    /// Waits until the server has stopped at the point it was started for.
    pub async fn stopped_at(&self, point: &str) {
        let (start, stopped) = (Instant::now(), format!("stopped at {point}\n"));
        while !self.log().contains(&stopped) {
            assert!(
                start.elapsed() < PATIENCE,
                "the server does not come by {point}:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Ends the process as a crash would: SIGKILL.
    pub fn kill(&self) {
        let mut child = self.child.lock().expect("the process");
        child.kill().expect("the process is ours");
        child.wait().expect("the process ends");
    }

    /// Asks the process to end as a service manager would, SIGTERM, and waits until it has.
    pub async fn terminate(&self) -> ExitStatus {
        let order = format!("kill -TERM {}", self.child.lock().expect("the process").id());
        let sent = Command::new("sh").args(["-c", &order]).status().expect("a shell");
        assert!(sent.success(), "{order}");
        let start = Instant::now();
        loop {
            let ended = self.child.lock().expect("the process").try_wait();
            // The log is whole once whoever copies it has let go of it.
            if let Some(status) = ended
                .expect("the process is ours")
                .filter(|_| Arc::strong_count(&self.log) == 1)
            {
                return status;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the server goes on after SIGTERM:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether it says that it can be sent requests.
    pub async fn is_ready(&self) -> bool {
        let response = self.http.get(format!("{}/readyz", self.url)).send().await;
        response.is_ok_and(|response| response.status().is_success())
    }

    async fn wait_until_ready(&self) {
        let start = Instant::now();
        while !self.is_ready().await {
            assert!(start.elapsed() < PATIENCE, "the server is not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Octroi {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Runs the program once on a database and waits for its end: `octroi(&storage, &["verify"])`.
pub fn octroi(storage: &TestDatabase, arguments: &[&str]) -> Output {
    command(storage, arguments).output().expect("the program runs")
}

/// Runs the program on a database and kills it after a while; whether it was at work still.
pub async fn octroi_killed(storage: &TestDatabase, arguments: &[&str], after: Duration) -> bool {
    let mut command = command(storage, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    tokio::time::sleep(after).await;
    let at_work = child.try_wait().expect("the process is ours").is_none();
    child.kill().expect("the process is ours");
    child.wait().expect("the process ends");
    at_work
}

/// The server on a database.
fn serve(storage: &TestDatabase) -> Command {
    let mut serve = command(storage, &["serve", "--listen", "127.0.0.1:0"]);
    serve.arg("--signing-key").arg(storage.folder.join("octroi.key"));
    // Tests ask as fast as they can, and often as one person. A test that wants less says so by the option.
    serve.env("OCTROI_REQUESTS_PER_SECOND", "0");
    serve.env("OCTROI_PASSWORDS_PER_SECOND", "0");
    serve.envs(storage.environment());
    serve
}

/// The program on a database, without anything of the machine's own configuration.
fn command(storage: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .current_dir(&storage.folder);
    for (name, _) in env::vars_os() {
        let name_of = name.to_string_lossy();
        if ["OCTROI_", "OTEL_"].iter().any(|prefix| name_of.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
        .env_remove("FAILPOINTS")
        .env("OCTROI_DATABASE_URL", &storage.url)
        .env("RUST_LOG", "info")
        .env("NO_COLOR", "1");
    command
}

/// Copies the log as it is written; sends the address where the server listens once it says so.
fn follow(child: &mut Child, log: &Arc<Mutex<String>>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let lines = BufReader::new(child.stderr.take().expect("the log is ours")).lines();
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some((_, address)) = line.split_once("listens on http") {
                // In a log of JSON, the text ends in a quote.
                let address = address.split([' ', '"']).next().unwrap_or_default();
                // Nobody listens any more when the start was given up.
                drop(sender.send(format!("http{address}")));
            }
            let mut log = log.lock().expect("the log");
            log.push_str(&line);
            log.push('\n');
        }
    });
    receiver
}

/// The program, built as this test was, once per run: cargo builds the programs of other packages for nobody.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // target/PROFILE/deps/octroi-HASH
        let test = env::current_exe().expect("this program");
        let [_, profile, target, ..] = &test.ancestors().skip(1).collect::<Vec<_>>()[..] else {
            panic!("{} is not in a target folder", test.display())
        };
        let name = profile.file_name().expect("the folder of a profile").to_string_lossy();
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--workspace", "--bin", "octroi", "--locked", "--quiet"])
            .args(["--profile", if name == "debug" { "test" } else { &name }])
            .arg("--target-dir")
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        // What cargo says of the package under test would make build scripts think that something changed.
        for (name, _) in env::vars_os() {
            let variable = name.to_string_lossy();
            let told = [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_CRATE_",
                "CARGO_BIN_",
                "LD_LIBRARY_PATH",
            ];
            if told.iter().any(|prefix| variable.starts_with(prefix)) {
                build.env_remove(name);
            }
        }
        assert!(
            build.status().expect("cargo runs").success(),
            "the program does not build"
        );
        profile.join("octroi")
    })
}

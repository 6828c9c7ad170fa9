//! The stage: one running program, one Chromium, and Node between them, shared by every browser test of a run.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::props;
use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::store::TestStore;

/// Longer than `stage.mjs` gives a check, with all that follows it.
const PATIENCE: Duration = Duration::from_secs(300);

static STAGE: LazyLock<Stage> = LazyLock::new(Stage::set_up);

/// Runs one check of `tests/browser/checks` and fails with what it found.
pub fn run(check: &str) {
    assert!(
        known().iter().any(|known| known == check),
        "tests/browser/checks has no {check}"
    );
    if let Some(problem) = STAGE.run(check).as_str() {
        panic!("{problem}");
    }
}

/// The names of every check that `tests/browser/checks` has, from A to Z.
pub fn known() -> &'static [String] {
    &STAGE.checks
}

struct Stage {
    checks: Vec<String>,
    to_node: Line,
    waiting: Waiting,
}

/// One JSON value a line.
type Line = Arc<Mutex<ChildStdin>>;
type Waiting = Arc<Mutex<HashMap<u64, Sender<Value>>>>;

impl Stage {
    /// Starts all of it. Node ends, and Chromium with it, when this process does.
    fn set_up() -> Self {
        let chromium = std::env::var_os("TEST_CHROMIUM");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
        assert!(
            chromium.is_some() && folder.join("node_modules").is_dir(),
            "there is no browser to test in: run the tests with scripts/test; for some of them: \
             scripts/test -- --test it browser::"
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        // Both live as long as the process: the last test cannot know that it is the last.
        let runtime: &'static _ = Box::leak(Box::new(runtime.expect("a runtime")));
        let app = runtime.block_on(async { TestApp::start(TestStore::fresh(Engine::Sqlite).await).await });

        let mut node = Command::new("node");
        node.arg("stage.mjs").current_dir(folder).env("CONSOLE_URL", app.url());
        let mut node = node
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("to start Node");
        let to_node: Line = Arc::new(Mutex::new(node.stdin.take().expect("its input")));
        let mut lines = BufReader::new(node.stdout.take().expect("its output")).lines();
        let hello: Value = parse(&lines.next().expect("the list of checks").expect("a line"));
        let checks = serde_json::from_value(hello["checks"].clone()).expect("the names of the checks");

        let waiting: Waiting = Arc::default();
        let (told, asking) = (Arc::clone(&waiting), Arc::clone(&to_node));
        std::thread::spawn(move || {
            for line in lines {
                let message = parse(&line.expect("a line of Node's"));
                if let Some(done) = message["done"].as_u64() {
                    let waiter = told
                        .lock()
                        .expect("the waiting tests")
                        .remove(&done)
                        .expect("a test that waits");
                    // A test that does not wait any more has failed already.
                    drop(waiter.send(message["problem"].clone()));
                } else {
                    let (app, asking) = (app.clone(), Arc::clone(&asking));
                    runtime.spawn(async move {
                        let answer = AssertUnwindSafe(props::answer(&app, &message)).catch_unwind().await;
                        send(
                            &asking,
                            &match answer {
                                Ok(value) => json!({"answer": message["ask"], "value": value}),
                                Err(_) => json!({"answer": message["ask"], "error": "see what the test printed"}),
                            },
                        );
                    });
                }
            }
            // Node is gone: no check waits for an answer.
            drop(node.wait());
            told.lock().expect("the waiting tests").clear();
        });
        Self {
            checks,
            to_node,
            waiting,
        }
    }

    /// Null, or the error.
    fn run(&self, check: &str) -> Value {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let (done, end) = channel();
        self.waiting.lock().expect("the waiting tests").insert(id, done);
        send(&self.to_node, &json!({"run": id, "check": check}));
        end.recv_timeout(PATIENCE)
            .expect("Node to run the check to its end; what it printed says why it did not")
    }
}

fn send(to: &Line, message: &Value) {
    writeln!(to.lock().expect("the line to Node"), "{message}").expect("to tell Node");
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("Node said: {line}"))
}

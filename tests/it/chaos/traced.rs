//! What the kernel saw: for every call the spool was synced before the provider was asked, and again before the client got
//! the last byte. Needs strace, which `scripts/chaos` installs.

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use super::callers::{Callers, Saw, agent};
use super::kills::CREDIT;
use super::stage::Stage;
use crate::harness::database::Engine;
use crate::harness::dice::{number, seeded};
use crate::harness::store::{TestStore, on};

/// Longer than any message here, and than the blocks that an entry is written in, in hexadecimal digits.
const LONGEST: usize = 100_000;
const CALLS: &str = "trace=fdatasync,fsync,sendto,write,writev,sendmsg";

#[test]
#[ignore = "needs strace: scripts/chaos runs it"]
fn the_disk_has_each_call_before_the_provider_and_before_the_client_on_sqlite() {
    on(Engine::Sqlite, each_call_is_synced_twice);
}

#[test]
#[ignore = "needs strace: scripts/chaos runs it"]
fn the_disk_has_each_call_before_the_provider_and_before_the_client_on_postgres() {
    on(Engine::Postgres, each_call_is_synced_twice);
}

async fn each_call_is_synced_twice(store: TestStore) {
    let mut dice = seeded("traced");
    let stage = Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await;
    let file = stage.path("trace");
    let mut command = Command::new("strace");
    // The tracer is the grandchild: our child is the program itself.
    command
        .args(["-D", "-f", "-xx", "-s", "1000000", "-e", CALLS, "-o"])
        .arg(&file);
    command.arg(env!("CARGO_BIN_EXE_crossmodel"));
    let running = stage.start_by(command).await;
    let callers = Callers::of(&stage);
    let count = number("CHAOS_TRACED", 500);

    for n in 0..count {
        let saw = callers.call(n.is_multiple_of(2)).await;
        assert!(saw.finished, "{saw:?}");
    }
    let pid = running.pid();
    running.stop().await;
    let began = Instant::now();
    let trace = loop {
        let trace = std::fs::read_to_string(&file).unwrap();
        if trace.contains(&format!("{pid} +++ exited with 0 +++")) {
            break trace;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "the trace has no end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let trace = Trace::read(&trace);
    let saw = callers.saw();
    let mut at = 0;

    for (n, saw) in saw.iter().enumerate() {
        at = trace.shows(at, saw, n.is_multiple_of(2));
    }
    stage.tells_the_truth(&saw, CREDIT).await;
    println!(
        "{:?}: {count} calls, each synced before the provider and before the client",
        stage.engine
    );
}

/// One thing that the program did, in the order in which the kernel saw it begin or, for a sync, end.
struct Event {
    name: String,
    /// The file, and the bytes in hexadecimal.
    arguments: String,
}

struct Trace(Vec<Event>);

impl Trace {
    fn read(text: &str) -> Self {
        let (mut events, mut syncing) = (Vec::new(), HashMap::new());
        for line in text.lines() {
            let Some((pid, rest)) = line.split_once(' ') else {
                continue;
            };
            let rest = rest.trim_start();
            if rest.starts_with("<... f") {
                if let Some(event) = syncing.remove(pid) {
                    assert!(rest.ends_with("= 0"), "a sync failed: {line}");
                    events.push(event);
                }
                continue;
            }
            let Some((name, arguments)) = rest.split_once('(') else {
                continue;
            };
            let event = Event {
                name: name.to_owned(),
                arguments: arguments.replace("\\x", ""),
            };
            if !event.is_sync() {
                // The rest is the reserve that the spool keeps for a full disk.
                if event.arguments.len() < LONGEST {
                    events.push(event);
                }
            } else if arguments.contains("<unfinished") {
                syncing.insert(pid.to_owned(), event);
            } else {
                assert!(arguments.ends_with("= 0"), "a sync failed: {line}");
                events.push(event);
            }
        }
        Self(events)
    }

    /// Checks a call that began after this place; where it was told to its client.
    fn shows(&self, start: usize, saw: &Saw, stream: bool) -> usize {
        let request = saw
            .request
            .as_deref()
            .and_then(|id| id.strip_prefix("req_cm_"))
            .expect("a request id");
        let (request, user) = (request.replace('-', ""), hex(&format!("\"user\":\"{}\"", saw.id)));
        let agent = hex(&agent(&saw.id));
        let begun = self.after(start, |it| it.name == "write" && it.holds(&agent) && it.holds(&request));
        let synced = self.synced(begun);
        let asked = self.after(start, |it| !it.is_sync() && it.holds(&hex("POST /")) && it.holds(&user));

        assert!(begun < synced && synced < asked, "{}: {begun} {synced} {asked}", saw.id);

        let file = self.0[begun].file();
        // The last block is written again with what follows in it: what began the call, or its end, may be there once more.
        let ends = |it: &Event| {
            it.arguments
                .rsplit(&agent)
                .next()
                .is_some_and(|after| after.contains(&request))
        };
        let ended = self.after(asked, |it| it.name == "write" && it.file() == file && ends(it));
        let synced = self.synced(ended);
        let last = if stream {
            hex("data: [DONE]")
        } else {
            hex(&format!("\"id\":\"{}\"", saw.id))
        };
        let told = self.after(asked + 1, |it| !it.is_sync() && it.holds(&last));

        assert!(ended < synced && synced < told, "{}: {ended} {synced} {told}", saw.id);

        told
    }

    /// Where the file that is written at this place is synced after it.
    fn synced(&self, written: usize) -> usize {
        let file = self.0[written].file();
        self.after(written, |it| it.is_sync() && it.file() == file)
    }

    fn after(&self, start: usize, wanted: impl Fn(&Event) -> bool) -> usize {
        start + self.0[start..].iter().position(wanted).expect("an event of the trace")
    }
}

impl Event {
    fn is_sync(&self) -> bool {
        self.name == "fdatasync" || self.name == "fsync"
    }

    fn file(&self) -> &str {
        self.arguments.split([',', ')', ' ']).next().unwrap_or_default()
    }

    fn holds(&self, hex: &str) -> bool {
        self.arguments.contains(hex)
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

//! Clients that call all the time and keep the answers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fastrand::Rng;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::stage::Stage;
use crate::harness::biller::Counted;
use crate::harness::dice::millis;

/// How long a client waits for the end of an answer: longer than any of them takes, with faults or without.
const PATIENCE: Duration = Duration::from_secs(120);

/// A call as its client saw it.
#[derive(Clone, Debug)]
pub struct Saw {
    /// The id that the provider bills it by.
    pub id: String,
    /// Whether the key was the stage's.
    pub known: bool,
    pub took: Duration,
    /// `None`: there was no answer.
    pub status: Option<u16>,
    /// The id in `x-request-id`.
    pub request: Option<String>,
    /// The end of the answer was seen: `[DONE]`, or a whole body.
    pub finished: bool,
    /// The token counts in the answer.
    pub tokens: Option<Counted>,
    /// The error's code.
    pub code: Option<String>,
}

/// Calls one gateway. Clones share connections and the journal.
#[derive(Clone)]
pub struct Callers {
    pool: Pool<HttpConnector, Full<bytes::Bytes>>,
    line: Arc<Line>,
    url: String,
    secret: String,
    known: bool,
    /// The model that they ask for.
    model: String,
    next: Arc<AtomicU64>,
    saw: Arc<Mutex<Vec<Saw>>>,
    stopping: Arc<AtomicBool>,
}

/// The one thread on which all requests are made. On several, the client now and then waits for ever for an answer: where
/// a connection ends on one thread at the moment in which another hands it a request, that request never learns of it.
struct Line {
    runtime: Handle,
    /// Ends the thread when dropped.
    _end: oneshot::Sender<()>,
}

impl Line {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (end, ended) = oneshot::channel();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(async { drop(ended.await) }));
        Self {
            runtime: handle,
            _end: end,
        }
    }
}

impl Callers {
    /// Callers with the stage's key.
    pub fn of(stage: &Stage) -> Self {
        let pool = Pool::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .build_http();
        Self {
            pool,
            line: Arc::new(Line::start()),
            url: format!("http://{}/v1/chat/completions", stage.address),
            secret: stage.secret.expose().to_owned(),
            known: true,
            model: "exact".into(),
            next: Arc::default(),
            saw: Arc::default(),
            stopping: Arc::default(),
        }
    }

    /// The same callers with a key that is not the stage's.
    pub fn with_key(&self, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            known: false,
            ..self.clone()
        }
    }

    /// The same callers, who ask for another name.
    pub fn asking_for(&self, model: &str) -> Self {
        Self {
            model: model.to_owned(),
            ..self.clone()
        }
    }

    /// Starts so many that each call again and again, half of them for streams, until [`Callers::rest`]. `pause`: between
    /// two calls of one, in milliseconds at most.
    pub fn work(&self, count: u64, pause: u64, dice: &mut Rng) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for n in 0..count {
            let (callers, mut dice) = (self.clone(), dice.fork());
            tasks.spawn(async move {
                while !callers.rests() {
                    callers.call(n % 2 == 0).await;
                    tokio::time::sleep(millis(&mut dice, pause / 4..=pause)).await;
                }
            });
        }
        tasks
    }

    /// Whether the callers rest.
    pub fn rests(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Lets every caller end its call, and makes no new calls.
    pub async fn rest(&self, mut tasks: JoinSet<()>) {
        self.stopping.store(true, Ordering::SeqCst);
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a caller");
        }
    }

    /// The answers so far.
    pub fn saw(&self) -> Vec<Saw> {
        self.saw.lock().expect("the journal").clone()
    }

    /// Makes one call.
    pub async fn call(&self, stream: bool) -> Saw {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        let began = Instant::now();
        let mut saw = Saw {
            id: format!("plain/{n}"),
            known: self.known,
            took: Duration::ZERO,
            status: None,
            request: None,
            finished: false,
            tokens: None,
            code: None,
        };
        let mut question = question(&saw.id, stream, n % 4 < 2);
        question["model"] = self.model.as_str().into();
        let callers = self.clone();
        let read = self.line.runtime.spawn(async move {
            // All that it could read counts, also of an answer that broke off.
            let mut text = Vec::new();
            let read = tokio::time::timeout(PATIENCE, callers.read(&question, &mut saw, &mut text)).await;
            let text = String::from_utf8_lossy(&text).into_owned();
            let Ok(whole) = read.map(|whole| whole.is_some()) else {
                panic!("no end of an answer in {PATIENCE:?}: {saw:?}, {text:?}");
            };
            (saw, text, whole)
        });
        let (mut saw, text, whole) = read.await.expect("an answer, or its end");

        if saw.status == Some(200) {
            saw.finished = if stream { text.contains("data: [DONE]") } else { whole };
            let parts = text
                .split("data: ")
                .filter_map(|part| serde_json::from_str::<Value>(part.trim()).ok());
            saw.tokens = parts
                .filter(|part| part["usage"].is_object())
                .map(|part| Counted::read(&part["usage"]))
                .last();
        } else if let Ok(error) = serde_json::from_str::<Value>(&text) {
            saw.code = error["error"]["code"].as_str().map(str::to_owned);
        }
        saw.took = began.elapsed();
        self.saw.lock().expect("the journal").push(saw.clone());
        saw
    }

    async fn read(&self, question: &Value, saw: &mut Saw, text: &mut Vec<u8>) -> Option<()> {
        let request = Request::post(&self.url)
            .header("authorization", format!("Bearer {}", self.secret))
            .header("content-type", "application/json")
            .header("user-agent", agent(&saw.id))
            .body(Full::from(question.to_string()))
            .expect("a request");
        let answer = self.pool.request(request).await.ok()?;
        saw.status = Some(answer.status().as_u16());
        saw.request = answer
            .headers()
            .get("x-request-id")
            .and_then(|id| id.to_str().ok())
            .map(str::to_owned);
        let mut body = answer.into_body();

        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.ok()?.into_data() {
                text.extend_from_slice(&data);
            }
        }
        Some(())
    }
}

/// How the client of a call names itself; the record keeps it.
pub fn agent(id: &str) -> String {
    format!("chaos {id}")
}

/// A request that the provider bills by this id.
pub fn question(id: &str, stream: bool, usage: bool) -> Value {
    let mut body = json!({
        "model": "exact", "user": id, "stream": stream, "max_tokens": 900, "messages": [{"role": "user", "content": "Count"}],
    });
    if stream && usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

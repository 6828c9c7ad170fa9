//! A provider that keeps a bill of its own: for each call, by the id that the test put into `user`, the tokens that it
//! counted and whether its answer was sent to the end. What that costs is reckoned here, from the price list's decimals.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossmodel::domain::{Model, Provider};
use crossmodel::store::{CatalogFile, Store};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::dice::millis;
use super::seed;
use super::upstream::{DONE, Seen, Step, Upstream, stream};

/// The model that it offers.
pub const MODEL: &str = "biller/exact";
/// US dollars per token, as the catalog's row writes them.
const PROMPT: &str = "0.00000125";
const CACHED: &str = "0.000000125";
const COMPLETION: &str = "0.00001";
const REASONING: &str = "0.0000125";

/// A running provider. Clones are the same one.
#[derive(Clone)]
pub struct Biller {
    pub upstream: Upstream,
    calls: Journal,
    /// While it is set, no answer begins.
    waiting: watch::Sender<bool>,
}

type Journal = Arc<Mutex<BTreeMap<String, Vec<Billed>>>>;

/// What it counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub prompt: i64,
    /// Of them, read from its cache.
    pub cached: i64,
    pub completion: i64,
    /// Of them, thinking.
    pub reasoning: i64,
}

/// A call on its bill.
#[derive(Clone, Debug)]
pub struct Billed {
    pub tokens: Counted,
    /// Whether its answer was sent to the end.
    sent: Arc<AtomicBool>,
}

impl Counted {
    /// Pico-USD.
    pub fn cost(&self) -> i128 {
        let part = |tokens: i64, price| i128::from(tokens) * pico(price);
        part(self.prompt - self.cached, PROMPT)
            + part(self.cached, CACHED)
            + part(self.completion - self.reasoning, COMPLETION)
            + part(self.reasoning, REASONING)
    }

    fn usage(&self) -> Value {
        json!({
            "prompt_tokens": self.prompt, "completion_tokens": self.completion, "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning},
        })
    }

    /// The counts of a usage object in an answer.
    pub fn read(usage: &Value) -> Self {
        let number = |value: &Value| value.as_i64().expect("a number of tokens");
        Self {
            prompt: number(&usage["prompt_tokens"]),
            cached: number(&usage["prompt_tokens_details"]["cached_tokens"]),
            completion: number(&usage["completion_tokens"]),
            reasoning: number(&usage["completion_tokens_details"]["reasoning_tokens"]),
        }
    }
}

impl Billed {
    /// Whether its answer was sent to the end.
    pub fn is_finished(&self) -> bool {
        self.sent.load(Ordering::SeqCst)
    }
}

/// Pico-USD of a decimal price: the digits after the point, filled up to twelve.
fn pico(price: &str) -> i128 {
    let (whole, part) = price.split_once('.').expect("a price with a point");
    format!("{whole}{part:0<12}").parse().expect("a price of digits")
}

impl Biller {
    /// Starts one, whose counts follow from the seed.
    pub async fn start(seed: u64) -> Self {
        let waiting = watch::Sender::new(false);
        let biller = Self {
            upstream: Upstream::start().await,
            calls: Journal::default(),
            waiting,
        };
        let (calls, dice) = (Arc::clone(&biller.calls), Mutex::new(Rng::with_seed(seed)));
        let waiting = biller.waiting.clone();
        biller.upstream.answers(move |seen| {
            let mut steps = vec![Step::Until(waiting.subscribe())];
            steps.extend(answer(seen, &calls, &mut dice.lock().expect("the dice")));
            steps
        });
        biller
    }

    /// Puts its model in a catalog.
    pub async fn import(&self, store: &Store) {
        let chat = json!({"protocol": "openai-chat", "base_url": self.upstream.url(), "path": "/chat/completions"});
        let provider: Provider = serde_json::from_value(json!({
            "id": "biller", "name": "Biller", "protocol": "openai-chat", "base_url": self.upstream.url(),
            "env": ["BILLER_KEY"], "endpoints": [chat], "stream_options": true,
        }))
        .expect("a provider");
        let model: Model = serde_json::from_value(json!({
            "id": MODEL, "name": "Biller exact", "created": 1_700_000_000, "provider": "biller", "upstream_model": "exact",
            "type": "chat", "protocols": ["openai-chat"], "context_length": 8192,
            "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
            "pricing": {
                "prompt": PROMPT, "input_cache_read": CACHED, "completion": COMPLETION, "internal_reasoning": REASONING,
            },
            "top_provider": {"max_completion_tokens": 1024}, "supported_parameters": ["max_tokens"],
        }))
        .expect("a model");
        let file = CatalogFile::new(vec![model], vec![provider]);
        seed::at_noon(store).catalog().import(&file).await.expect("to import");
    }

    /// Whether answers wait from now on, or begin.
    pub fn waits(&self, yes: bool) {
        self.waiting.send_replace(yes);
    }

    /// Whether it was asked for this call.
    pub fn was_asked(&self, id: &str) -> bool {
        self.calls.lock().expect("the bill").contains_key(id)
    }

    /// Waits until the provider has finished this many answers.
    pub async fn finishes(&self, count: usize) {
        let finished = || self.bill().values().flatten().filter(|call| call.is_finished()).count();
        while finished() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Its bill so far, by the id of the call; more than one entry: the same call arrived more than once.
    pub fn bill(&self) -> BTreeMap<String, Vec<Billed>> {
        self.calls.lock().expect("the bill").clone()
    }
}

/// Counts a call, and answers it. How is said by what comes before a `/` in `user`: `plain`; or it stops for good after
/// `no-head`, `no-byte` or `mid`.
fn answer(seen: &Seen, calls: &Journal, dice: &mut Rng) -> Vec<Step> {
    let asked = seen.json();
    let user = asked["user"].as_str().expect("an id in `user`").to_owned();
    let prompt = dice.i64(1..=3_000);
    let completion = dice.i64(1..=900);
    let tokens = Counted {
        prompt,
        cached: dice.i64(0..=prompt),
        completion,
        reasoning: dice.i64(0..=completion),
    };
    let sent = Arc::new(AtomicBool::new(false));
    let billed = Billed {
        tokens,
        sent: Arc::clone(&sent),
    };
    calls
        .lock()
        .expect("the bill")
        .entry(user.clone())
        .or_default()
        .push(billed);

    let head = json!({"id": user, "created": 1, "model": asked["model"]});
    let mut pause = || Step::Pause(millis(dice, 1..=8));
    let mut steps = vec![pause()];

    if asked["stream"] == true {
        let chunk = |choices: Value, usage: Value| {
            let mut chunk = head.clone();
            chunk["object"] = "chat.completion.chunk".into();
            chunk["choices"] = choices;
            chunk["usage"] = usage;
            format!("data: {chunk}\n\n")
        };
        let text = |delta: Value, finish: Value| json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        let mut events: Vec<String> = ["One", " two", " three"]
            .map(|word| chunk(text(json!({"content": word}), Value::Null), Value::Null))
            .to_vec();
        events.push(chunk(text(json!({}), "stop".into()), Value::Null));
        if asked["stream_options"]["include_usage"] == true {
            events.push(chunk(json!([]), tokens.usage()));
        }
        events.push(DONE.into());
        for step in stream(&events.iter().map(String::as_str).collect::<Vec<_>>()) {
            steps.push(step);
            steps.push(pause());
        }
        // After the last event, which is the end of the answer for the gateway.
        let end = steps.len() - 3;
        steps.insert(end, Step::Note(sent));
    } else {
        let body = json!({
            "id": user, "object": "chat.completion", "created": 1, "model": asked["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "One two three"}, "finish_reason": "stop"}],
            "usage": tokens.usage(),
        })
        .to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        steps.extend([Step::send(head), pause(), Step::send(body), Step::Note(sent)]);
    }
    match user.split_once('/').map(|(how, _)| how) {
        Some("no-head") => vec![Step::Hold],
        // The first step is a pause, the second the head.
        Some("no-byte") => [&steps[..2], &[Step::Hold]].concat(),
        Some("mid") => [&steps[..4], &[Step::Hold]].concat(),
        _ => steps,
    }
}

//! A provider that answers as a test scripts it, down to the byte, and remembers the requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// A scripted provider on loopback. Clones are the same one.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    address: std::net::SocketAddr,
    script: Mutex<Script>,
    seen: Mutex<Vec<Seen>>,
    /// How often a caller closed its connection while an answer was under way.
    hang_ups: watch::Sender<usize>,
    asked: watch::Sender<usize>,
    connections: watch::Sender<usize>,
}

type Script = Arc<dyn Fn(&Seen) -> Vec<Step> + Send + Sync>;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    /// A header's value, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

/// One thing that the provider does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends these bytes, head and all.
    Send(Vec<u8>),
    /// Does nothing until the test says so, or the caller hangs up.
    Wait(Arc<Notify>),
    /// Does nothing until the caller hangs up.
    Hold,
    /// Does nothing while this is set.
    Until(watch::Receiver<bool>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Notes that everything before it was sent.
    Note(Arc<AtomicBool>),
    /// Closes the connection in order.
    Close,
    /// Breaks the connection off.
    Reset,
}

impl Step {
    /// Text as it stands.
    pub fn send(text: impl AsRef<[u8]>) -> Self {
        Self::Send(text.as_ref().to_vec())
    }

    /// One piece of a chunked body.
    pub fn chunk(text: &str) -> Self {
        Self::Send(format!("{:x}\r\n{text}\r\n", text.len()).into_bytes())
    }

    /// The end of a chunked body.
    pub fn end() -> Self {
        Self::send("0\r\n\r\n")
    }

    /// The head of an event stream.
    pub fn events() -> Self {
        Self::send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    }
}

/// A whole answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<Step> {
    let more: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    vec![Step::send(format!(
        "HTTP/1.1 {status} Whatever\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    ))]
}

/// A whole JSON answer.
pub fn json_answer(status: u16, body: &Value) -> Vec<Step> {
    answer(status, &[("content-type", "application/json")], &body.to_string())
}

/// A stream of these events, each sent by itself.
pub fn stream(events: &[&str]) -> Vec<Step> {
    let mut steps = vec![Step::events()];
    steps.extend(events.iter().map(|event| Step::chunk(event)));
    steps.push(Step::end());
    steps
}

/// A usual piece of a streamed answer.
pub fn delta(text: &str) -> String {
    let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": null});
    format!(
        "data: {}\n\n",
        json!({"id": "c1", "object": "chat.completion.chunk", "choices": [choice], "usage": null})
    )
}

/// The last piece with a choice.
pub fn finish() -> String {
    let choice = json!({"index": 0, "delta": {}, "finish_reason": "stop"});
    format!(
        "data: {}\n\n",
        json!({"id": "c1", "object": "chat.completion.chunk", "choices": [choice], "usage": null})
    )
}

/// The extra piece with usage alone.
pub fn usage(prompt: u64, completion: u64) -> String {
    let usage = json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion});
    format!(
        "data: {}\n\n",
        json!({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": usage})
    )
}

/// The end of a stream.
pub const DONE: &str = "data: [DONE]\n\n";

/// The answer of a well-behaved provider: "Hello there", 11 tokens in and 2 out.
pub fn polite(seen: &Seen) -> Vec<Step> {
    let asked = seen.json();
    if asked["stream"] == true {
        let mut events = vec![delta("Hello"), delta(" there"), finish()];
        if asked["stream_options"]["include_usage"] == true {
            events.push(usage(11, 2));
        }
        events.push(DONE.into());
        return stream(&events.iter().map(String::as_str).collect::<Vec<_>>());
    }
    json_answer(
        200,
        &json!({
            "id": "c1", "object": "chat.completion", "created": 1, "model": asked["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello there"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13},
        }),
    )
}

impl Upstream {
    /// Starts one that is [`polite`].
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let upstream = Self(Arc::new(Inner {
            address: listener.local_addr().expect("its address"),
            script: Mutex::new(Arc::new(polite)),
            seen: Mutex::default(),
            hang_ups: watch::Sender::new(0),
            asked: watch::Sender::new(0),
            connections: watch::Sender::new(0),
        }));
        let serving = upstream.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.0.connections.send_modify(|n| *n += 1);
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        upstream
    }

    /// Its address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Its host and port, as an egress policy lists them.
    pub fn host_port(&self) -> String {
        self.0.address.to_string()
    }

    /// From now on, answers each request with these steps.
    pub fn answers(&self, script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) {
        *self.0.script.lock().expect("the script") = Arc::new(script);
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().expect("what was seen").clone()
    }

    /// The last request.
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("a request")
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        *self.0.connections.borrow()
    }

    /// Waits until this many requests have arrived.
    pub async fn was_asked(&self, times: usize) {
        self.0
            .asked
            .subscribe()
            .wait_for(|n| *n >= times)
            .await
            .expect("the provider runs");
    }

    /// Waits until callers have hung up this many times.
    pub async fn was_hung_up_on(&self, times: usize) {
        self.0
            .hang_ups
            .subscribe()
            .wait_for(|n| *n >= times)
            .await
            .expect("the provider runs");
    }

    async fn serve(&self, mut stream: TcpStream) {
        stream.set_nodelay(true).expect("to send at once");
        let mut rest = Vec::new();
        while let Some(seen) = request(&mut stream, &mut rest).await {
            self.0.seen.lock().expect("what was seen").push(seen.clone());
            self.0.asked.send_modify(|n| *n += 1);
            let script = Arc::clone(&*self.0.script.lock().expect("the script"));
            for step in script(&seen) {
                let alive = match step {
                    Step::Send(bytes) => stream.write_all(&bytes).await.is_ok(),
                    Step::Hold => closed(&mut stream).await,
                    Step::Until(mut set) => set.wait_for(|set| !set).await.is_ok(),
                    Step::Pause(time) => {
                        tokio::time::sleep(time).await;
                        true
                    }
                    Step::Note(sent) => {
                        sent.store(true, Ordering::SeqCst);
                        true
                    }
                    Step::Wait(go) => tokio::select! {
                        alive = closed(&mut stream) => alive,
                        () = go.notified() => true,
                    },
                    Step::Close => return,
                    Step::Reset => {
                        stream.set_zero_linger().expect("to reset");
                        return;
                    }
                };
                if !alive {
                    self.0.hang_ups.send_modify(|n| *n += 1);
                    return;
                }
            }
        }
    }
}

/// Waits until the caller is gone; always `false`.
async fn closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0; 1];
    // A caller that waits for its answer has nothing to say.
    while matches!(stream.read(&mut byte).await, Ok(n) if n > 0) {}
    false
}

async fn request(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Option<Seen> {
    let mut fill = async |rest: &mut Vec<u8>| {
        let mut more = [0; 16 << 10];
        let n = stream.read(&mut more).await.ok().filter(|&n| n > 0)?;
        rest.extend_from_slice(&more[..n]);
        Some(())
    };
    let end = loop {
        match rest.windows(4).position(|w| w == b"\r\n\r\n") {
            Some(at) => break at,
            None => fill(rest).await?,
        }
    };
    let head = String::from_utf8(rest[..end].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut seen = Seen {
        path,
        headers,
        body: Vec::new(),
    };
    let length: usize = seen.header("content-length").parse().unwrap_or(0);

    while rest.len() < end + 4 + length {
        fill(rest).await?;
    }
    seen.body = rest[end + 4..end + 4 + length].to_vec();
    rest.drain(..end + 4 + length);
    Some(seen)
}

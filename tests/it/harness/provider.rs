//! A provider on loopback that answers every call in the plainest way, and remembers what it was sent.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use serde_json::{Value, json};

/// A running provider. Clones are the same one.
#[derive(Clone)]
pub struct Provider {
    authority: String,
    calls: Calls,
}

/// One call, as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// `name: value`, a line each.
    pub headers: String,
    pub body: Value,
}

type Calls = Arc<Mutex<Vec<Received>>>;

impl Provider {
    /// Starts one; it lives as long as the test's process.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let authority = listener.local_addr().expect("its address").to_string();
        let calls = Calls::default();
        let shared = web::Data::from(Arc::clone(&calls));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::clone(&shared))
                .route("/v1/chat/completions", web::post().to(chat))
                .route("/v1/embeddings", web::post().to(chat))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .expect("to listen")
            .run();
        tokio::spawn(server);
        Self { authority, calls }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.authority)
    }

    /// Its host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What it was sent since the last look.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut *self.calls.lock().expect("the calls"))
    }
}

async fn chat(request: HttpRequest, body: Bytes, calls: web::Data<Mutex<Vec<Received>>>) -> HttpResponse {
    let body: Value = serde_json::from_slice(&body).expect("a body in JSON");
    let line = |(name, value): (_, &actix_web::http::header::HeaderValue)| format!("{name}: {value:?}");
    let headers = request.headers().iter().map(line).collect::<Vec<_>>().join("\n");
    calls.lock().expect("the calls").push(Received {
        headers,
        body: body.clone(),
    });
    if request.path().ends_with("/embeddings") {
        return embedded(&body);
    }
    if body["stream"] == true {
        stream(&body)
    } else {
        whole(&body)
    }
}

fn embedded(asked: &Value) -> HttpResponse {
    let data = json!([{"object": "embedding", "index": 0, "embedding": [0.5, -0.5]}]);
    HttpResponse::Ok().json(json!({"object": "list", "data": data, "model": asked["model"], "usage": usage()}))
}

fn usage() -> Value {
    json!({"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})
}

fn whole(asked: &Value) -> HttpResponse {
    let (message, finish) = if asked["tools"].is_array() {
        let function = json!({"name": "weather", "arguments": "{\"city\":\"Oslo\"}"});
        let call = json!({"id": "call_1", "type": "function", "function": function});
        (
            json!({"role": "assistant", "content": null, "tool_calls": [call]}),
            "tool_calls",
        )
    } else {
        (json!({"role": "assistant", "content": "Hello there"}), "stop")
    };
    HttpResponse::Ok().json(json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_348_800,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": usage(),
    }))
}

fn stream(asked: &Value) -> HttpResponse {
    let tool = |part: Value| json!({"tool_calls": [part]});
    let (deltas, finish) = if asked["tools"].is_array() {
        let start =
            json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}});
        let parts = ["{\"city\":", "\"Oslo\"}"].map(|part| tool(json!({"index": 0, "function": {"arguments": part}})));
        ([vec![tool(start)], parts.to_vec()].concat(), "tool_calls")
    } else {
        (
            ["Hello", " there"].map(|part| json!({"content": part})).to_vec(),
            "stop",
        )
    };
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1_795_348_800,
            "model": asked["model"],
            "choices": choices,
        });
        if !usage.is_null() {
            chunk["usage"] = usage;
        }
        format!("data: {chunk}\n\n")
    };
    let mut events: Vec<String> = deltas
        .into_iter()
        .map(|delta| {
            chunk(
                json!([{"index": 0, "delta": delta, "finish_reason": null}]),
                Value::Null,
            )
        })
        .collect();
    events.push(chunk(
        json!([{"index": 0, "delta": {}, "finish_reason": finish}]),
        Value::Null,
    ));

    if asked["stream_options"]["include_usage"] == true {
        events.push(chunk(json!([]), usage()));
    }
    events.push("data: [DONE]\n\n".into());
    let events = futures_util::stream::iter(
        events
            .into_iter()
            .map(|event| Ok::<_, std::io::Error>(Bytes::from(event))),
    );
    HttpResponse::Ok().content_type("text/event-stream").streaming(events)
}

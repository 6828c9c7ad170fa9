//! A plain HTTP client for tests: sends exactly the given request, follows no redirect, and keeps cookies only on request.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Names and values of cookies.
type Jar = Mutex<Vec<(String, String)>>;

/// Talks to one address. Clones share connections and cookies.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    headers: HeaderMap,
    cookies: Option<Arc<Jar>>,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

impl Client {
    /// A client of `base`, for example `http://127.0.0.1:8080`.
    pub fn new(base: impl Into<String>) -> Self {
        let base = base.into().trim_end_matches('/').to_owned();
        Self {
            base,
            headers: HeaderMap::new(),
            cookies: None,
            pool: Pool::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// What it is a client of.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same client with a header that it sends every time.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a header value"),
        );
        self
    }

    /// The same client without a header that it sends every time.
    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Whether it sends this header every time.
    pub fn sends(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The same client, calling with an API key.
    #[must_use]
    pub fn bearer(self, secret: &str) -> Self {
        self.with("authorization", &format!("Bearer {secret}"))
    }

    /// A client as a browser is one: it has cookies of its own, and says where its forms come from.
    #[must_use]
    pub fn like_a_browser(self) -> Self {
        let mut own = self.with("sec-fetch-site", "same-origin");
        own.cookies = Some(Arc::default());
        own
    }

    /// Asks for a page or a value. `path` goes on the wire as it stands, `%2F` and all.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Bytes::new()).await
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: &serde_json::Value) -> Reply {
        self.post_bytes(path, body.to_string()).await
    }

    /// Sends bytes that are said to be JSON, whatever they are.
    pub async fn post_bytes(&self, path: &str, body: impl Into<Bytes>) -> Reply {
        self.send(Method::POST, path, Some("application/json"), body.into())
            .await
    }

    /// Sends a form, its fields in this order.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(
            Method::POST,
            path,
            Some("application/x-www-form-urlencoded"),
            body.into(),
        )
        .await
    }

    /// Sends anything and reads the whole answer.
    pub async fn send(&self, method: Method, path: &str, content_type: Option<&str>, body: Bytes) -> Reply {
        self.open(method, path, content_type, body).await.read().await
    }

    /// Sends anything and returns as soon as the head of the answer is there.
    pub async fn open(&self, method: Method, path: &str, content_type: Option<&str>, body: Bytes) -> Streaming {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let headers = request.headers_mut().expect("a path that can be asked for");
        headers.extend(self.headers.clone());

        if let Some(kind) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).expect("a content type"));
        }
        if let Some(cookie) = self.cookie() {
            headers.insert(
                COOKIE,
                HeaderValue::from_str(&cookie).expect("cookies that can be sent"),
            );
        }
        let answer = self
            .pool
            .request(request.body(Full::new(body)).expect("a request"))
            .await
            .expect("an answer");
        let (head, body) = answer.into_parts();
        self.keep(&head.headers);
        Streaming {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    /// The values of the cookies that it has been given.
    pub fn cookies(&self) -> Vec<String> {
        let jar = self.cookies.iter().flat_map(|jar| jar.lock().expect("the jar").clone());
        jar.map(|(_, value)| value).collect()
    }

    fn cookie(&self) -> Option<String> {
        let jar = self.cookies.as_ref()?.lock().expect("the jar");
        (!jar.is_empty()).then(|| {
            jar.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("; ")
        })
    }

    fn keep(&self, headers: &HeaderMap) {
        let Some(jar) = &self.cookies else { return };
        let mut jar = jar.lock().expect("the jar");
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            jar.retain(|(known, _)| known != name);
            if !value.is_empty() && !rest.to_ascii_lowercase().contains("max-age=0") {
                jar.push((name.into(), value.into()));
            }
        }
    }
}

/// An answer whose body is still on its way. Dropping it hangs up.
#[derive(Debug)]
pub struct Streaming {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Incoming,
}

impl Streaming {
    /// The next piece of the body as it came off the wire; `None` at its end.
    ///
    /// # Errors
    /// If the connection broke before the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(error)) => return Err(error),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The rest of the body.
    pub async fn read(self) -> Reply {
        let body = self.body.collect().await.expect("the whole answer").to_bytes();
        Reply {
            status: self.status,
            headers: self.headers,
            body,
        }
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    /// A header's value, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body as a page.
    pub fn page(&self) -> scraper::Html {
        scraper::Html::parse_document(self.text())
    }

    /// The same answer, once its status is known to be this one.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        let start = String::from_utf8_lossy(&self.body)
            .chars()
            .take(600)
            .collect::<String>();
        assert_eq!(self.status.as_u16(), status, "{start}");
        self
    }
}

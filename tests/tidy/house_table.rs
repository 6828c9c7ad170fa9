//! Which folders of a room may use which. Rows go upwards: a folder may only use folders that have a row before it.

/// A folder, or a file beside the folders, and what it may use of its room besides itself.
pub type Row = (&'static str, &'static [&'static str]);

/// The rooms whose insides are in order.
pub const ROOMS: &[&str] = &["domain", "wire", "store", "gateway", "console"];

/// The rooms, and the folders of folders that have an order of their own.
pub const HOUSE: &[(&str, &[Row])] = &[
    ("domain", DOMAIN),
    ("wire", WIRE),
    ("store", STORE),
    ("gateway", GATEWAY),
    ("gateway::metering", METERING),
    ("console", CONSOLE),
    ("console::aliases", ALIASES),
];

const DOMAIN: &[Row] = &[
    ("values", &[]),
    ("money", &["values"]),
    ("facts", &["values"]),
    ("catalog", &["values", "money", "facts"]),
    ("format", &["values", "money", "catalog"]),
    ("access", &["values", "money", "catalog"]),
    ("usage", &["values", "money", "catalog", "format"]),
    ("aliases", &["values", "money", "catalog", "format", "access", "usage"]),
];

const WIRE: &[Row] = &[
    ("error", &[]),
    ("answer_note", &[]),
    ("json", &[]),
    ("content", &[]),
    ("encoding", &[]),
    ("stop_texts", &[]),
    ("sse", &["json"]),
    ("model_name", &["json"]),
    ("usage", &["json"]),
    ("reported", &["error"]),
    ("operation", &["error", "json"]),
    ("address", &["error", "operation"]),
    ("models", &["error", "json"]),
    ("control", &["error", "json", "operation"]),
    ("neutral", &["error", "json"]),
    ("event_stream", &["error", "answer_note", "reported", "sse"]),
    ("chat", PROTOCOL),
    ("messages", PROTOCOL),
    ("responses", PROTOCOL),
    ("completions", &["error", "neutral", "chat"]),
    (
        "adapt",
        &[
            "error",
            "answer_note",
            "json",
            "stop_texts",
            "control",
            "operation",
            "neutral",
            "chat",
            "messages",
        ],
    ),
    ("passthrough", PROTOCOLS),
    ("translate", TRANSLATE),
];

/// What one protocol may use; none knows another.
const PROTOCOL: &[&str] = &[
    "error",
    "json",
    "content",
    "sse",
    "model_name",
    "usage",
    "reported",
    "neutral",
    "event_stream",
];

const PROTOCOLS: &[&str] = &[
    "error",
    "answer_note",
    "json",
    "content",
    "stop_texts",
    "sse",
    "model_name",
    "usage",
    "reported",
    "operation",
    "neutral",
    "event_stream",
    "chat",
    "messages",
    "responses",
    "completions",
];

/// What puts a request into another protocol uses: the protocols, and what fits a request to a model.
const TRANSLATE: &[&str] = &[
    "error",
    "answer_note",
    "json",
    "content",
    "stop_texts",
    "sse",
    "model_name",
    "usage",
    "reported",
    "operation",
    "neutral",
    "event_stream",
    "chat",
    "messages",
    "responses",
    "completions",
    "adapt",
];

const STORE: &[Row] = &[
    ("engine", &[]),
    ("audit", &["engine"]),
    ("installation", &["engine"]),
    ("money", &["engine", "audit"]),
    ("keys", &["engine", "audit", "money"]),
    ("catalog", &["engine", "audit"]),
    ("people", &["engine", "audit", "keys"]),
    ("usage", &["engine", "money", "keys"]),
    (
        "statements",
        &[
            "engine",
            "audit",
            "installation",
            "money",
            "keys",
            "catalog",
            "people",
            "usage",
        ],
    ),
];

const GATEWAY: &[Row] = &[
    ("marks", &[]),
    ("memory", &[]),
    ("drains", &[]),
    ("metrics", &[]),
    ("error", &[]),
    ("db_health", &[]),
    ("single_flight", &["db_health"]),
    ("files", &[]),
    ("options", &["files"]),
    (
        "metering",
        &[
            "marks",
            "memory",
            "drains",
            "metrics",
            "db_health",
            "single_flight",
            "files",
            "options",
        ],
    ),
    ("upstream", &["marks", "memory", "drains", "metrics", "options"]),
    (
        "cache",
        &[
            "marks",
            "memory",
            "drains",
            "metrics",
            "db_health",
            "single_flight",
            "options",
            "metering",
            "upstream",
        ],
    ),
    (
        "http",
        &[
            "marks", "memory", "drains", "metrics", "options", "metering", "upstream", "cache",
        ],
    ),
    (
        "state",
        &[
            "marks", "memory", "drains", "metrics", "options", "metering", "upstream", "cache", "http",
        ],
    ),
    ("worker", &["options", "metering", "upstream", "cache", "http", "state"]),
    (
        "call",
        &[
            "marks", "memory", "metrics", "options", "metering", "upstream", "cache", "http", "state", "worker",
        ],
    ),
    (
        "endpoints",
        &[
            "marks", "memory", "metrics", "options", "metering", "upstream", "cache", "http", "state", "worker", "call",
        ],
    ),
    ("check", &["error", "options", "metering", "upstream", "cache"]),
    (
        "lifecycle",
        &[
            "memory",
            "drains",
            "metrics",
            "error",
            "options",
            "metering",
            "upstream",
            "cache",
            "http",
            "state",
            "endpoints",
        ],
    ),
];

const METERING: &[Row] = &[
    ("spool", &[]),
    ("spending", &["spool"]),
    ("shipper", &["spool", "spending"]),
    ("refused_names", &["spool", "spending"]),
    ("recovery", &["spool", "spending", "shipper"]),
    ("retention", &["spool", "spending", "shipper"]),
];

const CONSOLE: &[Row] = &[
    ("outage", &[]),
    ("format", &[]),
    ("web", &["format"]),
    ("password", &["web"]),
    ("state", &["outage", "web", "password"]),
    ("auth", &["web", "password", "state"]),
    ("layout", &["outage", "web", "state", "auth"]),
    ("clients", PAGE),
    ("catalog", PAGE),
    ("models", PAGE),
    ("usage", PAGE),
    ("wallet", PAGE),
    ("find", PAGE),
    ("sign_in", PAGE),
    (
        "keys",
        &["format", "web", "password", "state", "auth", "layout", "clients"],
    ),
    (
        "requests",
        &["format", "web", "password", "state", "auth", "layout", "usage"],
    ),
    (
        "aliases",
        &[
            "format", "web", "password", "state", "auth", "layout", "clients", "catalog",
        ],
    ),
    (
        "routes",
        &[
            "web", "state", "auth", "layout", "clients", "catalog", "models", "usage", "wallet", "find", "sign_in",
            "keys", "requests", "aliases",
        ],
    ),
];

/// What a page may use that uses no other page.
const PAGE: &[&str] = &["format", "web", "password", "state", "auth", "layout"];

const ALIASES: &[Row] = &[
    ("draft", &[]),
    ("view", &["draft"]),
    ("editor_data", &["draft", "view"]),
    ("build", &["draft", "view", "editor_data"]),
    ("handlers", &["draft", "view", "editor_data", "build"]),
];

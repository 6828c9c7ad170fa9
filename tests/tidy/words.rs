//! The words of the source: old names with the word that replaced each, and riddles that name nobody.

/// A name that is no longer used, and what is used instead.
pub struct OldName {
    pub name: &'static str,
    pub instead: &'static str,
    pub kind: Kind,
    /// The folder that this is about.
    pub below: &'static str,
}

/// Which identifiers of the name are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    All,
    /// All but the variants of enums, where an ordinary word may stand.
    NoVariant,
    /// Functions, where they are declared and called.
    Function,
}

/// A place where an old name or a riddle is right. The list may only shrink.
pub struct Exception {
    pub file: &'static str,
    /// The name, or the line of a riddle without the blanks around it.
    pub text: &'static str,
    pub why: &'static str,
}

const fn old(name: &'static str, instead: &'static str) -> OldName {
    OldName {
        name,
        instead,
        kind: Kind::All,
        below: "",
    }
}

const fn old_type(name: &'static str, instead: &'static str) -> OldName {
    OldName {
        name,
        instead,
        kind: Kind::NoVariant,
        below: "",
    }
}

const fn old_function(name: &'static str, instead: &'static str) -> OldName {
    OldName {
        name,
        instead,
        kind: Kind::Function,
        below: "",
    }
}

impl OldName {
    const fn below(self, below: &'static str) -> Self {
        Self { below, ..self }
    }
}

pub const OLD_NAMES: &[OldName] = &[
    // A call, from the client to the provider and back.
    old("Ticket", "CallRecord, in the console ShowOnceQuery"),
    old("Dispatch", "NewCall"),
    old_type("Begun", "CallStarted"),
    old_type("Ended", "CallEnded").below("src/gateway"),
    old("Asked", "ClientRequest"),
    old("Pump", "Relay"),
    old("Prepared", "ProviderRequest"),
    old("Reading", "ResponseMode").below("src/gateway/call"),
    old("Opened", "ProviderResponse"),
    old_type("Answered", "ProviderResponse"),
    old_type("Failed", "FailedAttempt").below("src/gateway/call"),
    old("Upstream", "UpstreamEndpoint"),
    old("Learned", "EndpointState"),
    old("lanes", "endpoints, in the spool handles"),
    old("Lane", "SpoolHandle, in upstream an endpoint"),
    old("StandIn", "Demo, the demo provider"),
    old("stand_in", "demo, the demo provider"),
    // Errors, and what providers report.
    old("Problem", "ApiError, AliasIssue or ErrorView"),
    old("Told", "ProviderError or WholeResponse"),
    old("ProviderSaid", "ProviderErrorDetail"),
    old_type("Said", "ReportedUsage"),
    old_type("Served", "ServiceReport"),
    old_type("Counted", "BillableUsage"),
    old("Fate", "ExplainedOutcome, NameStatus or TrafficChange"),
    old("Verdict", "NameStatus, EventAction or PasswordCheck"),
    old("EgressError", "DialError").below("src/gateway"),
    // What the gateway has in memory.
    old("Live", "Cache"),
    old("Snapshot", "CatalogSnapshot"),
    old("Purse", "Lease"),
    old("Purses", "KeyLeases"),
    old("Gate", "RateLimit"),
    old("Gates", "KeyRateLimits"),
    old("Bound", "CostBound"),
    old("LeaseAsk", "LeaseRequest"),
    old("Leased", "LeaseGrant"),
    old("RateAsk", "RateRequest"),
    old("Shipping", "Shipper"),
    old("Held", "BufferedBody"),
    // The store.
    old("Editor", "Actor").below("src/store"),
    old_type("Saved", "SavedAliases"),
    old_type("Refused", "RefusedName").below("src/store"),
    old_type("Refused", "Untranslatable").below("src/wire"),
    // The neutral form.
    old("Ask", "Request").below("src/wire"),
    old("Reply", "Response").below("src/wire"),
    old("Takes", "Facts").below("src/wire"),
    old("Capabilities", "Facts").below("src/wire"),
    old("Seal", "Signature").below("src/wire"),
    old("Shown", "ResponseIdentity").below("src/wire"),
    old("Telling", "ResponseStyle").below("src/wire"),
    // The console.
    old("keeps_name", "keep_name"),
    old("told_name", "response_name"),
    old("Desk", "EditorData"),
    old("Op", "Action"),
    old("Kit", "Preset or ClientGuide"),
    old_type("Shape", "HtmxRequest"),
    old("Place", "Cursor, Destination, Slot or ItemPosition"),
    // Functions.
    old_function("permitted", "check_model").below("src/gateway"),
    old_function("admitted", "admit").below("src/gateway"),
    old_function("answered", "run_attempts").below("src/gateway/call"),
    old_function("is_written", "wait_until_durable").below("src/gateway"),
    old_function("goes_to", "switch_to").below("src/gateway"),
    old_function("let_go", "release_folder").below("src/gateway"),
    old_function("keep_house", "run_housekeeping"),
    old_function("census", "stats").below("src/gateway"),
    old_function("catch_up", "apply_changes").below("src/gateway"),
];

pub const OLD_NAME_EXCEPTIONS: &[Exception] = &[];

/// Words that name no one: say client, operator, administrator, provider or task.
pub const RIDDLES: &[&str] = &["whoever", "somebody", "anybody", "nobody"];

pub const RIDDLE_EXCEPTIONS: &[Exception] = &[];

/// So many riddles may be good English.
pub const MOST_RIDDLES: usize = 10;

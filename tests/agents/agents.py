"""How each coding agent is started so that it talks to the gateway, and asks nobody anything."""

import json
from collections.abc import Callable
from dataclasses import dataclass

TASK = "Fix the typo in greeting.txt."


def claude_code(gateway, key):
    """Speaks messages, and asks for a name of its own."""
    command = ["claude", "-p", TASK, "--output-format", "json", "--allowedTools", "Read,Edit"]
    quiet = [
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
        "DISABLE_AUTOUPDATER",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    ]
    return command, {"ANTHROPIC_BASE_URL": gateway, "ANTHROPIC_AUTH_TOKEN": key, **dict.fromkeys(quiet, "1")}, {}


def patient(gateway, key):
    """Claude Code, told to wait longer for an event that is no ping."""
    command, variables, files = claude_code(gateway, key)
    return command, {**variables, "CLAUDE_STREAM_IDLE_TIMEOUT_MS": "900000"}, files


def codex(model):
    """Speaks Responses. For a model that it knows by name it offers quite other tools than for any other."""

    def start(gateway, key):
        provider = f'{{name="CrossModel",base_url="{gateway}/v1",env_key="CROSSMODEL_API_KEY",wire_api="responses"}}'
        command = ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-m", model]
        command += ["-c", f"model_providers.crossmodel={provider}", "-c", "model_provider=crossmodel", TASK]
        return command, {"CROSSMODEL_API_KEY": key}, {}

    return start


def codex_resumed(command):
    """The command that has Codex go on: it compacts what a model found too long, if it is asked for the next thing."""
    at = command.index("exec") + 1
    return [*command[:at], "resume", "--last", *command[at:-1], "Go on."]


def opencode(gateway, key):
    """Speaks chat completions."""
    model = {"reasoning": True, "interleaved": {"field": "reasoning_content"}}
    options = {"baseURL": f"{gateway}/v1", "apiKey": "{env:CROSSMODEL_API_KEY}"}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "CrossModel",
        "options": options,
        "models": {"cross-model-code": model},
    }
    config = {
        "provider": {"crossmodel": provider},
        "model": "crossmodel/cross-model-code",
        "small_model": "crossmodel/cross-model-code",  # without it, one of the gateway's list is asked for a title
        "permission": {"edit": "allow"},
        "autoupdate": False,
        "share": "disabled",
    }
    quiet = [
        "OPENCODE_DISABLE_AUTOUPDATE",
        "OPENCODE_DISABLE_MODELS_FETCH",
        "OPENCODE_DISABLE_DEFAULT_PLUGINS",
        "OPENCODE_DISABLE_LSP_DOWNLOAD",
    ]
    variables = {"CROSSMODEL_API_KEY": key, **dict.fromkeys(quiet, "1")}
    return ["opencode", "run", TASK], variables, {"opencode.json": json.dumps(config)}


def codex_by_address(gateway, key):
    """Codex as OpenAI's own client: it tries a WebSocket first."""
    command = ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    command += ["-m", "gpt-6.1-sol", "-c", f'openai_base_url="{gateway}/v1"', TASK]
    return command, {"CODEX_API_KEY": key}, {}


CHAT, RESPONSES, MESSAGES = "/chat/completions", "/responses", "/v1/messages"
DEEPSEEK, MISTRAL = "deepseek/deepseek-v4-pro", "mistral/mistral-large-4"
GPT, GROK = "openai/gpt-6-sol", "xai/grok-4.5"
CLAUDE, KIMI = "anthropic/claude-opus-4-8", "moonshotai/kimi-k2.6"
PROTOCOLS = {"deepseek": CHAT, "mistral": CHAT, "openai": RESPONSES, "xai": RESPONSES, "anthropic": MESSAGES}
PROTOCOLS["moonshotai"] = MESSAGES
KNOWN, OURS = codex("gpt-6.1-sol"), codex("cross-model-code")


@dataclass(frozen=True)
class Run:
    """An agent at work."""

    name: str
    start: Callable
    # The alias on its key, and what it is pointed at: first, and after each turn that asks for tools.
    alias: str
    targets: list[str]
    # Whether a provider must get back the thoughts that it sent. Claude Code drops those that a model sealed which has
    # another name than it asked for, so its alias should keep the name; opencode knows no sealed thoughts.
    seals: bool = False
    keeps: bool = False
    silence: int = 0
    overflows: bool = False
    # Asks the agent to go on, if it ends after the overflow.
    resume: Callable = None
    # Its exit status: opencode's is 1 after an error that it got over.
    exits: int = 0
    # Whether the agent asks again after some minutes of silence: Claude Code counts no pings.
    retries: bool = False


RUNS = [
    Run("Claude Code", claude_code, "claude-*", [DEEPSEEK]),
    Run("Claude Code", claude_code, "claude-*", [GPT]),
    Run("Claude Code, its own name kept", claude_code, "claude-*", [DEEPSEEK], True, True),
    Run("Claude Code, its own name kept", claude_code, "claude-*", [GPT], True, True),
    Run("Codex, a model it knows", KNOWN, "gpt-*", [DEEPSEEK], True),
    Run("Codex, a model it knows", KNOWN, "gpt-*", [CLAUDE], True),
    Run("Codex, a name of ours", OURS, "cross-model-code", [DEEPSEEK], True),
    Run("Codex, a name of ours", OURS, "cross-model-code", [CLAUDE], True),
    Run("Codex, only its address changed", codex_by_address, "gpt-*", [CLAUDE], True),
    Run("opencode", opencode, "cross-model-code", [GPT]),
    Run("opencode", opencode, "cross-model-code", [CLAUDE]),
]

# Moved twice in the middle: to another protocol, then to another family of that protocol.
MOVES = [
    [CLAUDE, GPT, GROK],
    [CLAUDE, DEEPSEEK, MISTRAL],
    [DEEPSEEK, CLAUDE, KIMI],
    [MISTRAL, KIMI, CLAUDE],
    [GPT, CLAUDE, KIMI],
    [GPT, MISTRAL, DEEPSEEK],
    [GROK, DEEPSEEK, MISTRAL],
    [KIMI, GROK, GPT],
]
for start, name, alias in [
    (claude_code, "Claude Code", "claude-*"),
    (KNOWN, "Codex, a model it knows", "gpt-*"),
    (OURS, "Codex, a name of ours", "cross-model-code"),
    (opencode, "opencode", "cross-model-code"),
]:
    RUNS += [Run(f"{name}, moved", start, alias, targets, keeps=start == claude_code) for targets in MOVES]

RUNS += [
    Run("Claude Code, overflow", claude_code, "claude-*", [GPT], keeps=True, overflows=True),
    Run("Claude Code, overflow", claude_code, "claude-*", [DEEPSEEK], keeps=True, overflows=True),
    Run("Codex, overflow", OURS, "cross-model-code", [CLAUDE], overflows=True, resume=codex_resumed),
    Run("Codex, overflow", KNOWN, "gpt-*", [DEEPSEEK], overflows=True, resume=codex_resumed),
    Run("opencode, overflow", opencode, "cross-model-code", [CLAUDE], overflows=True, exits=1),
    Run("opencode, overflow", opencode, "cross-model-code", [GPT], overflows=True, exits=1),
    Run("Claude Code, silence", claude_code, "claude-*", [CLAUDE, GPT, GROK], keeps=True, silence=400, retries=True),
    Run("Claude Code, silence, patient", patient, "claude-*", [CLAUDE, DEEPSEEK, MISTRAL], keeps=True, silence=400),
    Run("Codex, silence", KNOWN, "gpt-*", [GPT, CLAUDE, KIMI], silence=400),
    Run("opencode, silence", opencode, "cross-model-code", [GPT, MISTRAL, DEEPSEEK], silence=400),
]

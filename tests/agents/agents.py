"""How each coding agent is started so that it talks to the gateway, and asks nobody anything."""

import json

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


def codex(model):
    """Speaks Responses. For a model that it knows by name it offers quite other tools than for any other."""

    def start(gateway, key):
        provider = f'{{name="CrossModel",base_url="{gateway}/v1",env_key="CROSSMODEL_API_KEY",wire_api="responses"}}'
        command = ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "-m", model]
        command += ["-c", f"model_providers.crossmodel={provider}", "-c", "model_provider=crossmodel", TASK]
        return command, {"CROSSMODEL_API_KEY": key}, {}

    return start


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


# Who; the alias on its key; the model that the alias leads to; where that one's provider is asked; whether the provider
# must get back the thoughts that it sent. Claude Code drops those that a model sealed which has another name than it asked
# for, so its alias should keep the name; opencode knows no sealed thoughts.
CHAT, RESPONSES, MESSAGES = "/chat/completions", "/responses", "/v1/messages"
DEEPSEEK, GPT, CLAUDE = "deepseek/deepseek-v4-pro", "openai/gpt-6-sol", "anthropic/claude-opus-4-8"
KNOWN, OURS = codex("gpt-6.1-sol"), codex("cross-model-code")
RUNS = [
    ("Claude Code", claude_code, "claude-*", DEEPSEEK, CHAT, True),
    ("Claude Code", claude_code, "claude-*", GPT, RESPONSES, False),
    ("Claude Code, its own name kept", claude_code, "claude-*", f"{DEEPSEEK} keep-name", CHAT, True),
    ("Claude Code, its own name kept", claude_code, "claude-*", f"{GPT} keep-name", RESPONSES, True),
    ("Codex, a model it knows", KNOWN, "gpt-*", DEEPSEEK, CHAT, True),
    ("Codex, a model it knows", KNOWN, "gpt-*", CLAUDE, MESSAGES, True),
    ("Codex, a name of ours", OURS, "cross-model-code", DEEPSEEK, CHAT, True),
    ("Codex, a name of ours", OURS, "cross-model-code", CLAUDE, MESSAGES, True),
    ("Codex, only its address changed", codex_by_address, "gpt-*", CLAUDE, MESSAGES, True),
    ("opencode", opencode, "cross-model-code", GPT, RESPONSES, False),
    ("opencode", opencode, "cross-model-code", CLAUDE, MESSAGES, False),
]

"""Anthropic's Python library, as it comes, with providers of every protocol. Prints what it saw as JSON, told in the same
words for every way of asking."""

import json
import sys

import anthropic

client = anthropic.Anthropic(max_retries=0)

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS = [{"name": name, "input_schema": PARAMETERS} for name in ["get_weather", "get_time", "now"]]
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
SCENARIOS = ["plain", "tools", "parallel_tools", "thinking", "structured_output"]


def ask(model, scenario):
    asked = {"model": model, "max_tokens": 4096, "messages": [{"role": "user", "content": f"Show: {scenario}"}]}
    if "tools" in scenario:
        asked["tools"] = TOOLS
    if scenario == "thinking":
        asked["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if scenario == "structured_output":
        asked["output_config"] = {"format": {"type": "json_schema", "schema": SCHEMA}}
    return asked


def told(message, asked):
    counted = message.usage
    read, written = counted.cache_read_input_tokens or 0, counted.cache_creation_input_tokens or 0
    details = getattr(counted, "output_tokens_details", None)
    texts = [block.text for block in message.content if block.type == "text"]
    calls = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == ("tool_use" if calls else "end_turn"), message
    return {
        "model": message.model,
        "text": "".join(texts),
        "thinking": "\n\n".join(block.thinking for block in message.content if block.type == "thinking"),
        "tools": [{"name": call.name, "input": call.input} for call in calls],
        "name": json.loads("".join(texts))["name"] if "output_config" in asked else None,
        "usage": {
            "input": counted.input_tokens + read + written,
            "cached": read,
            "written": written,
            "output": counted.output_tokens,
            "reasoning": (details and details.thinking_tokens) or 0,
        },
    }


def messages(asked):
    return told(client.messages.create(**asked), asked)


def messages_stream(asked):
    with client.messages.stream(**asked) as events:
        return told(events.get_final_message(), asked)


def failed(run):
    """How it failed: the library's own class, and what it was told."""
    try:
        saw = run()
    except anthropic.APIStatusError as error:
        return {
            "kind": type(error).__name__,
            "status": error.status_code,
            "type": error.type,
            "message": error.body["error"]["message"],
        }
    except anthropic.APIError as error:
        return {"kind": type(error).__name__, "message": error.message}
    return {"kind": None, "told": saw}


def seen(model):
    saw = {}
    for name, run in [("messages", messages), ("messages_stream", messages_stream)]:
        saw[name] = {scenario: run(ask(model, scenario)) for scenario in SCENARIOS}
    saw["failures"] = {
        "refused": failed(lambda: messages(ask(model, "refused"))),
        "error": failed(lambda: messages_stream(ask(model, "error"))),
        "cut": failed(lambda: messages_stream(ask(model, "cut"))),
    }
    return saw


def counted(model):
    question = [{"role": "user", "content": "Hello there"}]
    answer = client.messages.with_raw_response.count_tokens(model=model, messages=question)
    estimated = answer.headers.get("x-crossmodel-estimate") == "input_tokens"
    return {"tokens": answer.parse().input_tokens if not estimated else None, "estimated": estimated}


listed = list(client.models.list(limit=3))
print(
    json.dumps(
        {
            "models": {model: seen(model) for model in sys.argv[1:]},
            "counted": [counted("counts/opus"), counted("acme/fast")],
            "listed": {"first": [entry.id for entry in listed[:2]], "count": len(listed), "type": listed[0].type},
            "retrieved": client.models.retrieve("claude-anything").id,
            "unknown": failed(lambda: messages(ask("no/such-model", "plain"))),
            "wrong_key": failed(lambda: client.with_options(api_key="cm-wrong").models.list()),
        }
    )
)

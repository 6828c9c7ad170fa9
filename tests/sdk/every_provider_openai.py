"""openai-python's chat, Responses and embeddings with providers of every protocol, by its own parsers. Prints what it
saw as JSON, told in the same words for every way of asking."""

import json
import sys

import openai
from pydantic import BaseModel

client = openai.OpenAI(max_retries=0)


class Named(BaseModel):
    name: str


PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
NAMES = ["get_weather", "get_time", "now"]
CHAT_TOOLS = [{"type": "function", "function": {"name": n, "parameters": PARAMETERS, "strict": True}} for n in NAMES]
TOOLS = [{"type": "function", "name": n, "parameters": PARAMETERS, "strict": True} for n in NAMES]
SCENARIOS = ["plain", "tools", "parallel_tools", "thinking", "structured_output"]


def chat_ask(model, scenario):
    asked = {"model": model, "messages": [{"role": "user", "content": f"Show: {scenario}"}]}
    if "tools" in scenario:
        asked["tools"] = CHAT_TOOLS
    if scenario == "structured_output":
        asked["response_format"] = Named
    return asked


def responses_ask(model, scenario):
    asked = {"model": model, "input": f"Show: {scenario}"}
    if "tools" in scenario:
        asked["tools"] = TOOLS
    if scenario == "structured_output":
        asked["text_format"] = Named
    return asked


def chat_told(answer):
    choice, counted = answer.choices[0], answer.usage
    into, out = counted.prompt_tokens_details, counted.completion_tokens_details
    message = choice.message
    parsed = getattr(message, "parsed", None)
    return {
        "model": answer.model,
        "text": message.content or "",
        "thinking": getattr(message, "reasoning_content", None) or "",
        "tools": [
            {"name": c.function.name, "input": json.loads(c.function.arguments)} for c in message.tool_calls or []
        ],
        "name": parsed.name if parsed else None,
        "usage": {
            "input": counted.prompt_tokens,
            "cached": into.cached_tokens,
            "written": getattr(into, "cache_write_tokens", 0) or 0,
            "output": counted.completion_tokens,
            "reasoning": (out and out.reasoning_tokens) or 0,
        },
    }


def responses_told(answer):
    counted = answer.usage
    thoughts = [part.text for item in answer.output if item.type == "reasoning" for part in item.summary]
    calls = [item for item in answer.output if item.type == "function_call"]
    parsed = getattr(answer, "output_parsed", None)
    assert answer.status == "completed", answer
    return {
        "model": answer.model,
        "text": answer.output_text,
        "thinking": "\n\n".join(thoughts),
        "tools": [{"name": call.name, "input": json.loads(call.arguments)} for call in calls],
        "name": parsed.name if parsed else None,
        "usage": {
            "input": counted.input_tokens,
            "cached": counted.input_tokens_details.cached_tokens,
            "written": getattr(counted.input_tokens_details, "cache_write_tokens", 0) or 0,
            "output": counted.output_tokens,
            "reasoning": counted.output_tokens_details.reasoning_tokens,
        },
    }


def chat(asked):
    return chat_told(client.chat.completions.parse(**asked))


def chat_stream(asked):
    with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as events:
        return chat_told(events.get_final_completion())


def responses(asked):
    return responses_told(client.responses.parse(**asked))


def responses_stream(asked):
    with client.responses.stream(**asked) as events:
        return responses_told(events.get_final_response())


def failed(ask):
    """How it failed: the library's own class, and what it was told."""
    try:
        told = ask()
    except openai.APIStatusError as error:
        return {"kind": type(error).__name__, "status": error.status_code, "message": error.body["message"]}
    except openai.APIError as error:
        return {"kind": type(error).__name__, "message": error.message}
    return {"kind": None, "told": told}


def last_responses_event(model, scenario):
    """Responses tells a failure in an event of its own, which the library hands on."""
    for event in client.responses.create(model=model, input=f"Show: {scenario}", stream=True):
        last = event
    error = last.response.error if last.type == "response.failed" else last
    return {"type": last.type, "message": error.message}


def seen(model):
    told = {}
    for name, ask, run in [
        ("chat", chat_ask, chat),
        ("chat_stream", chat_ask, chat_stream),
        ("responses", responses_ask, responses),
        ("responses_stream", responses_ask, responses_stream),
    ]:
        # This provider's calls come interleaved, as OpenAI's own never do: its library takes one call after the other.
        beyond_it = "parallel_tools" if name == "chat_stream" and model == "acme/fast" else None
        told[name] = {scenario: run(ask(model, scenario)) for scenario in SCENARIOS if scenario != beyond_it}
    told["failures"] = {
        "refused": failed(lambda: chat(chat_ask(model, "refused"))),
        "error": failed(lambda: chat_stream(chat_ask(model, "error"))),
        "cut": failed(lambda: chat_stream(chat_ask(model, "cut"))),
        "responses_refused": failed(lambda: responses(responses_ask(model, "refused"))),
        "responses_error": failed(lambda: last_responses_event(model, "error")),
        "responses_cut": failed(lambda: last_responses_event(model, "cut")),
    }
    return told


embedded = client.embeddings.create(model="acme/embed", input=["a", "b"])
print(
    json.dumps(
        {
            "models": {model: seen(model) for model in sys.argv[1:]},
            "embedded": {
                "model": embedded.model,
                "vectors": [entry.embedding for entry in embedded.data],
                "input": embedded.usage.prompt_tokens,
            },
            "listed": [entry.id for entry in client.models.list()][:2],
        }
    )
)

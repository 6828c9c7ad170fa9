"""openai-python as it comes, with nothing but OPENAI_BASE_URL and OPENAI_API_KEY set. Prints what it saw as JSON."""

import json

import openai

client = openai.OpenAI(max_retries=0)

QUESTION = [{"role": "user", "content": "Hello"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def model(entry):
    entry = entry.model_dump()
    return {"id": entry["id"], "object": entry["object"], "root": entry.get("root")}


def tool(call):
    return {"name": call.function.name, "arguments": call.function.arguments}


def usage(counted):
    return {"prompt": counted.prompt_tokens, "completion": counted.completion_tokens}


def refused(ask):
    try:
        ask()
    except openai.APIStatusError as error:
        return {"kind": type(error).__name__, "status": error.status_code, "code": error.code, "request_id": error.request_id}
    return None


def chat():
    answer = client.chat.completions.create(model="cross-model-basic", messages=QUESTION)
    return {"model": answer.model, "text": answer.choices[0].message.content, "usage": usage(answer.usage)}


def stream():
    text, counted, models = "", None, set()
    with client.chat.completions.create(
        model="claude-opus-4-9", messages=QUESTION, stream=True, stream_options={"include_usage": True}
    ) as chunks:
        for chunk in chunks:
            models.add(chunk.model)
            for choice in chunk.choices:
                text += choice.delta.content or ""
            counted = chunk.usage or counted
    return {"models": sorted(models), "text": text, "usage": usage(counted)}


def stream_without_usage():
    text, counted = "", None
    for chunk in client.chat.completions.create(model="claude-opus-4-9", messages=QUESTION, stream=True):
        for choice in chunk.choices:
            text += choice.delta.content or ""
        counted = chunk.usage or counted
    return {"text": text, "usage_shown": counted is not None}


def tools():
    answer = client.chat.completions.create(model="cross-model-basic", messages=QUESTION, tools=TOOLS)
    return [tool(call) for call in answer.choices[0].message.tool_calls]


def streamed_tools():
    calls = {}
    for chunk in client.chat.completions.create(model="cross-model-basic", messages=QUESTION, tools=TOOLS, stream=True):
        for choice in chunk.choices:
            for part in choice.delta.tool_calls or []:
                call = calls.setdefault(part.index, {"name": "", "arguments": ""})
                call["name"] += part.function.name or ""
                call["arguments"] += part.function.arguments or ""
    return list(calls.values())


listed = list(client.models.list())
print(
    json.dumps(
        {
            "listed": {"first": [model(entry) for entry in listed[:2]], "count": len(listed)},
            "alias": model(client.models.retrieve("cross-model-basic")),
            "slash": model(client.models.retrieve("deepseek/deepseek-chat")),
            "chat": chat(),
            "stream": stream(),
            "stream_without_usage": stream_without_usage(),
            "tools": tools(),
            "streamed_tools": streamed_tools(),
            "unknown": refused(lambda: client.chat.completions.create(model="no/such-model", messages=QUESTION)),
            "wrong_key": refused(lambda: client.with_options(api_key="cm-wrong").models.list()),
        }
    )
)

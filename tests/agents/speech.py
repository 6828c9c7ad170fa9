"""The three protocols as a provider speaks them: what a request asks, and one turn of an answer, streamed or whole."""

import base64
import json


def asked(provider, path, body):
    """The tools offered as `{name: parameters}`, how many results of calls there are, and whether thoughts came back."""
    if path.endswith("/messages"):
        blocks = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
        tools = {tool["name"]: tool.get("input_schema", {}) for tool in body.get("tools", [])}
        results = [block for block in blocks if block["type"] == "tool_result"]
        sealed = [block for block in blocks if block["type"] == "thinking" and block.get("signature")]
        thoughts = [opens(provider, block.get("signature"), block["thinking"]) for block in sealed]
    elif path.endswith("/responses"):
        items = body["input"] if isinstance(body["input"], list) else []
        tools = {name: tool.get("parameters", {}) for name, (_, tool) in listed(body).items()}
        results = [item for item in items if item.get("type", "").endswith("_output")]
        sealed = [item for item in items if item.get("type") == "reasoning"]
        thoughts = [opens(provider, item.get("encrypted_content"), THOUGHT) for item in sealed]
    else:
        functions = [tool[tool["type"]] for tool in body.get("tools", [])]
        tools = {function["name"]: function.get("parameters", {}) for function in functions}
        results = [message for message in body["messages"] if message["role"] == "tool"]
        thoughts = [
            message["reasoning_content"] == THOUGHT for message in body["messages"] if message.get("reasoning_content")
        ]
    return tools, len(results), thoughts


def listed(body):
    """The tools of a request to Responses, as `{name: (group, tool)}`: alone, in groups, and among the items."""
    items = body["input"] if isinstance(body["input"], list) else []
    tools = [(None, tool) for item in [body, *items] for tool in item.get("tools") or []]
    tools += [(group["name"], tool) for _, group in tools for tool in group.get("tools", [])]
    return {tool["name"]: (group, tool) for group, tool in tools if "name" in tool and "tools" not in tool}


THOUGHT = "First I look, then I edit."
# How each provider names a call, by its number, and by the name of the tool.
IDS = {
    "anthropic": "toolu_01{1:022}",
    "deepseek": "call_00_{1:022}",
    "mistral": "{1:09}",
    "moonshotai": "functions.{0}:{1}",
    "openai": "call_{1:024}",
    "xai": "call-{1:08}-1111-2222-3333-444444444444",
}


def seal(provider, thought):
    """That thought as only this provider can read it."""
    return base64.b64encode(f"sealed by {provider}: {thought}".encode()).decode()


def opens(provider, sealed, thought):
    """Whether the provider sealed that, and with that thought, if any is told."""
    return sealed == seal(provider, thought or THOUGHT)


def told(provider, path, body, turn, text, calls, usage):
    """The answer of that turn: thoughts, `text`, and `calls` as pairs of name and input. `usage` is tokens in and out."""
    write = {"messages": messages, "responses": responses}.get(path.rsplit("/", 1)[1], chat)
    calls = [(IDS[provider].format(name, 10 * turn + at), name, given) for at, (name, given) in enumerate(calls)]
    whole, events = write(provider, turn, body, text, calls, usage)
    if not body.get("stream"):
        return "application/json", json.dumps(whole)
    lines = []
    for event in events:
        name = f"event: {event['type']}\n" if "type" in event else ""
        lines.append(f"{name}data: {json.dumps(event)}\n\n")
    return "text/event-stream", "".join(lines) + ("data: [DONE]\n\n" if write is chat else "")


def chat(provider, turn, body, text, calls, usage):
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    tools = [
        {
            "index": i,
            "id": id,
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(given)},
        }
        for i, (id, name, given) in enumerate(calls)
    ]
    finish = "tool_calls" if calls else "stop"
    thoughts = {} if provider == "mistral" else {"reasoning_content": THOUGHT}
    message = {"role": "assistant", "content": text, **thoughts}
    if tools:
        message["tool_calls"] = tools
    head = {"id": f"chatcmpl-{turn}", "created": 1795300000, "model": body["model"]}
    whole = {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": counted,
    }
    deltas = [{"role": "assistant", "content": ""}, thoughts, {"content": text}]
    for tool in tools:
        arguments, half = tool["function"]["arguments"], len(tool["function"]["arguments"]) // 2
        deltas.append({"tool_calls": [{**tool, "function": {"name": tool["function"]["name"], "arguments": ""}}]})
        for part in [arguments[:half], arguments[half:]]:
            deltas.append({"tool_calls": [{"index": tool["index"], "function": {"arguments": part}}]})
    chunk = {**head, "object": "chat.completion.chunk"}
    events = [{**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    events.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    events.append({**chunk, "choices": [], "usage": counted})
    return whole, events


def messages(provider, turn, body, text, calls, usage):
    sealed = seal(provider, THOUGHT)
    blocks = [{"type": "thinking", "thinking": THOUGHT, "signature": sealed}, {"type": "text", "text": text}]
    blocks += [{"type": "tool_use", "id": id, "name": name, "input": given} for id, name, given in calls]
    stop = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    head = {"id": f"msg_{turn}", "type": "message", "role": "assistant", "model": body["model"]}
    whole = {**head, "content": blocks, **stop, "usage": {"input_tokens": usage[0], "output_tokens": usage[1]}}
    begun = {
        **head,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": usage[0], "output_tokens": 1},
    }
    events = [{"type": "message_start", "message": begun}]
    for index, block in enumerate(blocks):
        if block["type"] == "thinking":
            empty = {**block, "thinking": "", "signature": ""}
            deltas = [{"type": "thinking_delta", "thinking": THOUGHT}, {"type": "signature_delta", "signature": sealed}]
        elif block["type"] == "text":
            empty, deltas = {**block, "text": ""}, [{"type": "text_delta", "text": text}]
        else:
            given = json.dumps(block["input"])
            half = len(given) // 2
            empty = {**block, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in [given[:half], given[half:]]]
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": usage[1]}})
    events.append({"type": "message_stop"})
    return whole, events


def responses(provider, turn, body, text, calls, usage):
    items = [
        {
            "id": f"rs_{turn}",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": THOUGHT}],
            "encrypted_content": seal(provider, THOUGHT),
        },
        {
            "id": f"msg_{turn}",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        },
    ]
    for i, (id, name, given) in enumerate(calls):
        group, tool = listed(body)[name]
        call = {"status": "completed", "call_id": id, "name": name, **({"namespace": group} if group else {})}
        if tool["type"] == "custom":
            items.append({"id": f"ctc_{turn}{i}", "type": "custom_tool_call", **call, "input": given["input"]})
        else:
            items.append({"id": f"fc_{turn}{i}", "type": "function_call", **call, "arguments": json.dumps(given)})
    counted = {
        "input_tokens": usage[0],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage[1],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sum(usage),
    }
    head = {"id": f"resp_{turn}", "object": "response", "created_at": 1795300000, "model": body["model"]}
    whole = {**head, "status": "completed", "output": items, "usage": counted}
    begun = {**head, "status": "in_progress", "output": [], "usage": None}
    events = [{"type": "response.created", "response": begun}, {"type": "response.in_progress", "response": begun}]
    for at, item in enumerate(items):
        place = {"item_id": item["id"], "output_index": at}
        if item["type"] == "reasoning":
            empty, kind, delta = {**item, "summary": []}, "response.reasoning_summary_text", THOUGHT
            part = {"type": "summary_text", "text": ""}
            opened = [{"type": "response.reasoning_summary_part.added", **place, "summary_index": 0, "part": part}]
            closed = [{"type": f"{kind}.done", **place, "summary_index": 0, "text": THOUGHT}]
            place["summary_index"] = 0
        elif item["type"] == "message":
            empty, kind, delta = {**item, "content": [], "status": "in_progress"}, "response.output_text", text
            part = {"type": "output_text", "text": "", "annotations": []}
            opened = [{"type": "response.content_part.added", **place, "content_index": 0, "part": part}]
            closed = [{"type": f"{kind}.done", **place, "content_index": 0, "text": text}]
            place["content_index"] = 0
        else:
            custom = item["type"] == "custom_tool_call"
            field = "input" if custom else "arguments"
            kind = "response.custom_tool_call_input" if custom else "response.function_call_arguments"
            empty, delta = {**item, field: "", "status": "in_progress"}, item[field]
            opened, closed = [], [{"type": f"{kind}.done", **place, field: delta}]
        events.append({"type": "response.output_item.added", "output_index": at, "item": empty})
        events += [*opened, {"type": f"{kind}.delta", **place, "delta": delta}, *closed]
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return whole, [{**event, "sequence_number": number} for number, event in enumerate(events)]

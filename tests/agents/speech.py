"""The three protocols as a provider speaks them: what a request asks, and one turn of an answer, streamed or whole."""

import json


def asked(path, body):
    """The tools offered as `{name: parameters}`, how many results of calls there are, and whether thoughts came back."""
    if path.endswith("/messages"):
        blocks = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
        tools = {tool["name"]: tool.get("input_schema", {}) for tool in body.get("tools", [])}
        results = [block for block in blocks if block["type"] == "tool_result"]
        thoughts = [block.get("signature") == SEAL for block in blocks if block["type"] == "thinking"]
    elif path.endswith("/responses"):
        items = body["input"] if isinstance(body["input"], list) else []
        tools = {tool["name"]: tool.get("parameters", {}) for tool in body.get("tools", []) if "name" in tool}
        results = [item for item in items if item.get("type", "").endswith("_output")]
        thoughts = [item.get("encrypted_content") == SEAL for item in items if item.get("type") == "reasoning"]
    else:
        functions = [tool[tool["type"]] for tool in body.get("tools", [])]
        tools = {function["name"]: function.get("parameters", {}) for function in functions}
        results = [message for message in body["messages"] if message["role"] == "tool"]
        thoughts = [
            message["reasoning_content"] == THOUGHT for message in body["messages"] if message.get("reasoning_content")
        ]
    return tools, len(results), thoughts


THOUGHT = "First I look, then I edit."
SEAL = "c2VhbGVkIGJ5IHRoZSBwcm92aWRlcg=="


def told(path, body, turn, text, calls, usage):
    """The answer of that turn: thoughts, `text`, and `calls` as pairs of name and input. `usage` is tokens in and out."""
    write = {"messages": messages, "responses": responses}.get(path.rsplit("/", 1)[1], chat)
    calls = [(f"{turn}{at}", name, given) for at, (name, given) in enumerate(calls)]
    whole, events = write(body["model"], text, calls, usage)
    if not body.get("stream"):
        return "application/json", json.dumps(whole)
    lines = []
    for event in events:
        name = f"event: {event['type']}\n" if "type" in event else ""
        lines.append(f"{name}data: {json.dumps(event)}\n\n")
    return "text/event-stream", "".join(lines) + ("data: [DONE]\n\n" if write is chat else "")


def chat(model, text, calls, usage):
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    tools = [
        {
            "index": i,
            "id": f"call_{id}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(given)},
        }
        for i, (id, name, given) in enumerate(calls)
    ]
    finish = "tool_calls" if calls else "stop"
    message = {"role": "assistant", "content": text, "reasoning_content": THOUGHT}
    if tools:
        message["tool_calls"] = tools
    head = {"id": "chatcmpl-1", "created": 1795300000, "model": model}
    whole = {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": counted,
    }
    deltas = [{"role": "assistant", "content": ""}, {"reasoning_content": THOUGHT}, {"content": text}]
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


def messages(model, text, calls, usage):
    blocks = [{"type": "thinking", "thinking": THOUGHT, "signature": SEAL}, {"type": "text", "text": text}]
    blocks += [{"type": "tool_use", "id": f"toolu_{id}", "name": name, "input": given} for id, name, given in calls]
    stop = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": model}
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
            deltas = [{"type": "thinking_delta", "thinking": THOUGHT}, {"type": "signature_delta", "signature": SEAL}]
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


def responses(model, text, calls, usage):
    items = [
        {
            "id": "rs_1",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": THOUGHT}],
            "encrypted_content": SEAL,
        },
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        },
    ]
    for i, (id, name, given) in enumerate(calls):
        call = {
            "id": f"fc_{id}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{id}",
            "name": name,
        }
        items.append({**call, "arguments": json.dumps(given)})
    counted = {
        "input_tokens": usage[0],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage[1],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": sum(usage),
    }
    head = {"id": "resp_1", "object": "response", "created_at": 1795300000, "model": model}
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
            empty, kind, delta = (
                {**item, "arguments": "", "status": "in_progress"},
                "response.function_call_arguments",
                item["arguments"],
            )
            opened, closed = [], [{"type": f"{kind}.done", **place, "arguments": delta}]
        events.append({"type": "response.output_item.added", "output_index": at, "item": empty})
        events += [*opened, {"type": f"{kind}.delta", **place, "delta": delta}, *closed]
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return whole, [{**event, "sequence_number": number} for number, event in enumerate(events)]

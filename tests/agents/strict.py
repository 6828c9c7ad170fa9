"""What each provider that is played refuses, in the words of the real one, so that a run ends well only if the gateway fits
every request to the model that it goes to."""

import re

import speech

OVERFLOWS = {
    "anthropic": (400, "prompt is too long: 1000412 tokens > 1000000 maximum", None),
    "openai": (
        400,
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "context_length_exceeded",
    ),
    "deepseek": (
        400,
        "This model's maximum context length is 1000000 tokens. However, you requested 1000412 tokens (1000412 in the "
        "messages, 0 in the completion). Please reduce the length of the messages or completion.",
        "invalid_request_error",
    ),
}


def refusal(provider, headers, body):
    """Why the provider refuses that request: a status, a message and a code. None: it takes it."""
    try:
        CHECKS[provider](body, {name.lower(): value for name, value in headers.items()})
    except Refused as why:
        return why.args
    return None


def error(provider, status, message, code):
    """The body of that error."""
    if provider in ("anthropic", "moonshotai"):
        return {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
    if provider == "mistral":
        return {"object": "error", "message": message, "type": "invalid_request_error", "code": code}
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


class Refused(Exception):
    """Status, message, code."""


def check(fine, message, code=None, status=400):
    if not fine:
        raise Refused(status, message, code)


def known(body, fields, message):
    for field in body:
        check(field in fields, message.format(field), "unknown_parameter")


# Chat completions.

CHAT = set(
    "frequency_penalty logprobs max_tokens messages model parallel_tool_calls presence_penalty reasoning_effort "
    "response_format stop stream stream_options temperature thinking tool_choice tools top_logprobs top_p user".split()
)
MISTRAL = set(
    "frequency_penalty guardrails max_tokens messages metadata model n parallel_tool_calls prediction presence_penalty "
    "prompt_cache_key prompt_mode random_seed reasoning_effort response_format safe_prompt stop stream temperature "
    "tool_choice tools top_p".split()
)


def deepseek(body, _):
    thinks = body.get("thinking", {}).get("type") != "disabled"
    chat(body, {"system", "user", "assistant", "tool"}, CHAT)
    for message in body["messages"]:
        if thinks and message.get("tool_calls"):
            fine = "reasoning_content" in message
            check(fine, "The `reasoning_content` in the thinking mode must be passed back to the API.")
    fine = not thinks or body.get("tool_choice", "auto") in ("auto", "none")
    check(fine, "Thinking mode does not support this tool_choice")
    fine = body.get("response_format", {}).get("type") != "json_schema"
    check(fine, "This response_format type is unavailable now")


def mistral(body, _):
    chat(body, {"system", "user", "assistant", "tool"}, MISTRAL, 422)
    check(body.get("tools") != [], "Input should have at least 1 item: tools", status=422)
    before = None
    for message in body["messages"]:
        role = message["role"]
        check(not (before == "tool" and role == "user"), "Unexpected role 'user' after role 'tool'", "3230")
        for field in message:
            fine = field in ("role", "content", "tool_calls", "tool_call_id", "name", "prefix")
            check(fine, f"Extra inputs are not permitted: {role}.{field}", status=422)
        ids = [call["id"] for call in message.get("tool_calls") or []]
        ids += [message["tool_call_id"]] if role == "tool" else []
        for id in ids:
            fine = re.fullmatch("[a-zA-Z0-9]{9}", id)
            check(fine, f"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.", "3280")
        before = role
    last = body["messages"][-1]
    fine = last["role"] in ("user", "tool") or last.get("prefix")
    check(fine, f"Expected last role User or Tool (or Assistant with prefix True) for serving but got {last['role']}")


def chat(body, roles, fields, status=400):
    known(body, fields, "Extra inputs are not permitted: {}")
    waits = set()
    for message in body["messages"]:
        role = message["role"]
        check(role in roles, f"unknown variant `{role}`, expected one of {', '.join(sorted(roles))}", status=status)
        if role == "tool":
            check(message["tool_call_id"] in waits, "Messages with role 'tool' must follow a message with 'tool_calls'")
            waits.discard(message["tool_call_id"])
            continue
        check(not waits, f"An assistant message with 'tool_calls' must be followed by tool messages; missing: {waits}")
        waits = {call["id"] for call in message.get("tool_calls") or []}
        fine = role != "assistant" or message.get("content") or waits
        check(fine, "Assistant message must have either content or tool_calls, but not none.")
        for call in message.get("tool_calls") or []:
            check(call["type"] == "function", f"unknown variant `{call['type']}`, expected `function`", status=status)
    check(not waits, f"An assistant message with 'tool_calls' must be followed by tool messages; missing: {waits}")
    for tool in body.get("tools", []):
        check(tool["type"] == "function", f"unknown variant `{tool['type']}`, expected `function`", status=status)


# Messages.

MESSAGES = set(
    "cache_control container context_management inference_geo max_tokens mcp_servers messages metadata model output_config "
    "service_tier speed stop_sequences stream system thinking tool_choice tools".split()
)
BLOCKS = {
    "text": "text citations",
    "image": "source",
    "document": "source title context citations",
    "thinking": "thinking signature",
    "redacted_thinking": "data",
    "tool_use": "id name input caller",
    "tool_result": "tool_use_id content is_error",
    "tool_reference": "tool_name",
}


def anthropic(body, headers):
    check("anthropic-version" in headers, "anthropic-version: header is required")
    known(body, MESSAGES, "{}: Extra inputs are not permitted")
    messages(body, "anthropic", {"user", "assistant", "system"})
    fine = body.get("thinking", {}).get("type") != "enabled"
    check(fine, '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive".')
    last = body["messages"][-1]["role"]
    check(last != "assistant", "This model does not support assistant message prefill.")
    if "context_management" in body:
        check("context-management" in headers.get("anthropic-beta", ""), "context_management: Extra inputs are not permitted")
    for tool in body.get("tools", []):
        schema = tool.get("input_schema", {})
        fine = not {"oneOf", "anyOf", "allOf"} & set(schema)
        check(fine, f"tools.{tool['name']}: input_schema does not support oneOf, allOf, or anyOf at the top level")


def moonshotai(body, headers):
    for field in ("temperature", "top_p"):
        check(field not in body, f"invalid {field}: only 1 is allowed for this model")
    for field in ("context_management", "container", "mcp_servers"):
        check(field not in body, f"{field}: Extra inputs are not permitted")
    check("anthropic-beta" not in headers, "anthropic-beta: no such beta")
    messages(body, "moonshotai", {"user", "assistant"})
    thinks = body.get("thinking", {}).get("type") != "disabled"
    for message in body["messages"]:
        kinds = {block["type"] for block in message["content"]} if isinstance(message["content"], list) else set()
        fine = not thinks or "tool_use" not in kinds or "thinking" in kinds
        check(fine, "thinking is enabled but reasoning_content is missing in assistant tool call message")


def messages(body, provider, roles):
    check(isinstance(body.get("max_tokens"), int), "max_tokens: Field required")
    marks = 0
    waits = []
    for at, message in enumerate(body["messages"]):
        role, content = message["role"], message["content"]
        check(role in roles, f"messages.{at}.role: Input should be 'user' or 'assistant'")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        check(blocks, f"messages.{at}: all messages must have non-empty content")
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        missing = set(waits) - set(results)
        check(not missing, f"messages.{at}: `tool_use` ids were found without `tool_result` blocks after: {missing}")
        orphans = set(results) - set(waits)
        check(not orphans, f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {orphans}")
        waits = [block["id"] for block in blocks if block["type"] == "tool_use"]
        for number, block in enumerate(blocks):
            of_block(f"messages.{at}.content.{number}", block, provider)
            marks += "cache_control" in block
    check(not waits, f"`tool_use` ids were found without `tool_result` blocks after: {waits}")
    system = body.get("system", [])
    marks += sum("cache_control" in block for block in system if isinstance(block, dict))
    marks += sum("cache_control" in tool for tool in body.get("tools", []))
    check(marks <= 4, f"A maximum of 4 blocks with cache_control may be provided. Found {marks}.")


def of_block(place, block, provider):
    kind = block["type"]
    check(kind in BLOCKS, f"{place}: Input tag '{kind}' does not match any of the expected tags")
    for field in block:
        fine = field in ("type", "cache_control", *BLOCKS[kind].split())
        check(fine, f"{place}.{kind}.{field}: Extra inputs are not permitted")
    if kind == "text":
        check(block["text"].strip(), f"{place}: text content blocks must be non-empty")
    if kind == "thinking":
        unsealed = provider == "moonshotai" and not block.get("signature")  # it knows its own, and takes plain words
        fine = unsealed or speech.opens(provider, block.get("signature"), block["thinking"])
        check(fine, f"{place}: Invalid `signature` in `thinking` block")
    if kind == "redacted_thinking":
        check(False, f"{place}: Invalid `data` in `redacted_thinking` block")
    if kind == "tool_use" and provider == "anthropic":
        fine = re.fullmatch("[a-zA-Z0-9_-]+", block["id"])
        check(fine, f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        check(isinstance(block["input"], dict), f"{place}.tool_use.input: Input should be a valid dictionary")


# Responses.

RESPONSES = set(
    "background client_metadata context_management conversation include input instructions max_output_tokens max_tool_calls "
    "metadata model parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning "
    "safety_identifier service_tier store stream stream_options text tool_choice tools top_logprobs truncation user".split()
)
PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "function_call_output": "fc",
    "custom_tool_call_output": "ctc",
}


def openai(body, _):
    known(body, RESPONSES, "Unknown parameter: '{}'.")
    check("previous_response_id" not in body, "Previous response with id not found.", "previous_response_not_found")
    responses(body, "openai", {"user", "assistant", "system", "developer"})


def xai(body, _):
    for item in body["input"] if isinstance(body["input"], list) else []:
        kind = item.get("type", "message")
        fine = kind in ("message", "reasoning", "function_call", "function_call_output")
        check(fine, f"Failed to deserialize the JSON body: input: unknown variant `{kind}`", status=422)
    for tool in body.get("tools", []):
        fine = tool["type"] in ("function", "web_search")
        check(fine, f"Failed to deserialize the JSON body: tools: unknown variant `{tool['type']}`", status=422)
    responses(body, "xai", {"user", "assistant", "system", "developer"})


def responses(body, provider, roles):
    items = body["input"] if isinstance(body["input"], list) else []
    calls, answered = set(), set()
    for at, item in enumerate(items):
        kind = item.get("type", "message")
        prefix = PREFIXES.get(kind)
        fine = not prefix or not item.get("id") or item["id"].startswith(prefix)
        check(fine, f"Invalid 'input[{at}].id': '{item.get('id')}'. Expected an ID that begins with '{prefix}'.")
        if kind == "message":
            check(item["role"] in roles, f"Invalid value: '{item['role']}'", "invalid_value")
            words = "output_text refusal" if item["role"] == "assistant" else "input_text input_image input_file"
            for part in item["content"] if isinstance(item["content"], list) else []:
                check(part["type"] in words.split(), f"Invalid value: '{part['type']}' at input[{at}]", "invalid_value")
        elif kind == "reasoning":
            sealed = item.get("encrypted_content")
            fine = sealed or not item.get("id")
            check(fine, f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is false.")
            words = "".join(part["text"] for part in item.get("summary", []))
            fine = not sealed or speech.opens(provider, sealed, words)
            check(fine, f"The encrypted content for item {at} could not be verified.", "invalid_encrypted_content")
            after = items[at + 1].get("type", "message") if at + 1 < len(items) else None
            fine = after in ("message", "function_call", "custom_tool_call", "reasoning")
            check(fine, f"Item '{item.get('id')}' of type 'reasoning' was provided without its required following item.")
        elif kind in ("function_call", "custom_tool_call"):
            check(1 <= len(item["call_id"]) <= 64, f"Invalid 'input[{at}].call_id': string too long.")
            calls.add(item["call_id"])
        elif kind.endswith("_call_output"):
            check(item["call_id"] in calls, f"No tool call found for call output with call_id {item['call_id']}.")
            answered.add(item["call_id"])
    check(calls == answered, f"No tool output found for function call {calls - answered}.")


CHECKS = {
    "deepseek": deepseek,
    "mistral": mistral,
    "anthropic": anthropic,
    "moonshotai": moonshotai,
    "openai": openai,
    "xai": xai,
}

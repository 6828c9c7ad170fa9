// openai-node's chat, Responses and embeddings with providers of every protocol, by its own parsers. Prints what it saw
// as JSON, told in the same words for every way of asking.

import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });

const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const schema = { ...parameters, properties: { name: { type: "string" } }, required: ["name"] };
const names = ["get_weather", "get_time", "now"];
const chatTools = names.map((name) => ({ type: "function", function: { name, parameters, strict: true } }));
const tools = names.map((name) => ({ type: "function", name, parameters, strict: true }));
const scenarios = ["plain", "tools", "parallel_tools", "thinking", "structured_output"];
const named = { name: "named", schema, strict: true };

const chatAsk = (model, scenario) => ({
  model,
  messages: [{ role: "user", content: `Show: ${scenario}` }],
  ...(scenario.includes("tools") && { tools: chatTools }),
  ...(scenario === "structured_output" && { response_format: { type: "json_schema", json_schema: named } }),
});

const responsesAsk = (model, scenario) => ({
  model,
  input: `Show: ${scenario}`,
  ...(scenario.includes("tools") && { tools }),
  ...(scenario === "structured_output" && { text: { format: { type: "json_schema", ...named } } }),
});

function chatTold(answer, asked, thinking) {
  const { message } = answer.choices[0];
  const { prompt_tokens_details: into, completion_tokens_details: out } = answer.usage;
  return {
    model: answer.model,
    text: message.content ?? "",
    thinking: thinking ?? message.reasoning_content ?? "",
    tools: (message.tool_calls ?? []).map((c) => ({ name: c.function.name, input: JSON.parse(c.function.arguments) })),
    name: asked.response_format ? JSON.parse(message.content).name : null,
    usage: {
      input: answer.usage.prompt_tokens,
      cached: into.cached_tokens,
      written: into.cache_write_tokens ?? 0,
      output: answer.usage.completion_tokens,
      reasoning: out?.reasoning_tokens ?? 0,
    },
  };
}

function responsesTold(answer, asked) {
  const of = (type) => answer.output.filter((item) => item.type === type);
  if (answer.status !== "completed") throw new Error(JSON.stringify(answer));
  return {
    model: answer.model,
    text: answer.output_text,
    thinking: of("reasoning")
      .flatMap((item) => item.summary.map((part) => part.text))
      .join("\n\n"),
    tools: of("function_call").map((call) => ({ name: call.name, input: JSON.parse(call.arguments) })),
    name: asked.text ? JSON.parse(answer.output_text).name : null,
    usage: {
      input: answer.usage.input_tokens,
      cached: answer.usage.input_tokens_details.cached_tokens,
      written: answer.usage.input_tokens_details.cache_write_tokens ?? 0,
      output: answer.usage.output_tokens,
      reasoning: answer.usage.output_tokens_details.reasoning_tokens,
    },
  };
}

const chat = async (asked) => chatTold(await client.chat.completions.create(asked), asked);

async function chatStream(asked) {
  let thinking = "";
  const events = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
  events.on("chunk", (chunk) => (thinking += chunk.choices[0]?.delta?.reasoning_content ?? ""));
  return chatTold(await events.finalChatCompletion(), asked, thinking);
}

const responses = async (asked) => responsesTold(await client.responses.parse(asked), asked);
const responsesStream = async (asked) => responsesTold(await client.responses.stream(asked).finalResponse(), asked);

// How it failed: the library's own class, and what it was told.
async function failed(ask) {
  try {
    return { kind: null, told: await ask() };
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    const { name } = error.constructor;
    if (!error.status) return { kind: name, message: error.error?.message ?? error.message };
    return { kind: name, status: error.status, message: error.error.message };
  }
}

// Responses tells a failure in an event of its own, which the library hands on.
async function lastResponsesEvent(model, scenario) {
  let last;
  for await (const event of await client.responses.create({ model, input: `Show: ${scenario}`, stream: true })) last = event;
  const error = last.type === "response.failed" ? last.response.error : last;
  return { type: last.type, message: error.message };
}

async function seen(model) {
  const told = {};
  for (const [name, ask, run] of [
    ["chat", chatAsk, chat],
    ["chat_stream", chatAsk, chatStream],
    ["responses", responsesAsk, responses],
    ["responses_stream", responsesAsk, responsesStream],
  ]) {
    told[name] = {};
    for (const scenario of scenarios) {
      // This provider's calls come interleaved, as OpenAI's own never do: its library takes one call after the other.
      if (name === "chat_stream" && model === "acme/fast" && scenario === "parallel_tools") continue;
      told[name][scenario] = await run(ask(model, scenario));
    }
  }
  told.failures = {
    refused: await failed(() => chat(chatAsk(model, "refused"))),
    error: await failed(() => chatStream(chatAsk(model, "error"))),
    cut: await failed(() => chatStream(chatAsk(model, "cut"))),
    responses_refused: await failed(() => responses(responsesAsk(model, "refused"))),
    responses_error: await failed(() => lastResponsesEvent(model, "error")),
    responses_cut: await failed(() => lastResponsesEvent(model, "cut")),
  };
  return told;
}

const models = {};
for (const model of process.argv.slice(2)) models[model] = await seen(model);
const embedded = await client.embeddings.create({ model: "acme/embed", input: ["a", "b"] });
const listed = [];
for await (const entry of client.models.list()) listed.push(entry.id);
console.log(
  JSON.stringify({
    models,
    embedded: {
      model: embedded.model,
      vectors: embedded.data.map((entry) => entry.embedding),
      input: embedded.usage.prompt_tokens,
    },
    listed: listed.slice(0, 2),
  }),
);

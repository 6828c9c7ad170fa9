// Anthropic's TypeScript library, as it comes, with providers of every protocol. Prints what it saw as JSON, told in the
// same words for every way of asking.

import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ maxRetries: 0 });

const input_schema = { type: "object", properties: { city: { type: "string" } } };
const tools = ["get_weather", "get_time", "now"].map((name) => ({ name, input_schema }));
const schema = {
  type: "object",
  properties: { name: { type: "string" } },
  required: ["name"],
  additionalProperties: false,
};
const scenarios = ["plain", "tools", "parallel_tools", "thinking", "structured_output"];

const ask = (model, scenario) => ({
  model,
  max_tokens: 4096,
  messages: [{ role: "user", content: `Show: ${scenario}` }],
  ...(scenario.includes("tools") && { tools }),
  ...(scenario === "thinking" && { thinking: { type: "enabled", budget_tokens: 1024 } }),
  ...(scenario === "structured_output" && { output_config: { format: { type: "json_schema", schema } } }),
});

function told(message, asked) {
  const { usage } = message;
  const [read, written] = [usage.cache_read_input_tokens ?? 0, usage.cache_creation_input_tokens ?? 0];
  const of = (type) => message.content.filter((block) => block.type === type);
  const text = of("text")
    .map((block) => block.text)
    .join("");
  const calls = of("tool_use");
  if (message.stop_reason !== (calls.length ? "tool_use" : "end_turn")) throw new Error(JSON.stringify(message));
  return {
    model: message.model,
    text,
    thinking: of("thinking")
      .map((block) => block.thinking)
      .join("\n\n"),
    tools: calls.map(({ name, input }) => ({ name, input })),
    name: asked.output_config ? JSON.parse(text).name : null,
    usage: {
      input: usage.input_tokens + read + written,
      cached: read,
      written,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
  };
}

const messages = async (asked) => told(await client.messages.create(asked), asked);
const messagesStream = async (asked) => told(await client.messages.stream(asked).finalMessage(), asked);

// How it failed: the library's own class, and what it was told.
async function failed(run) {
  try {
    return { kind: null, told: await run() };
  } catch (error) {
    if (!(error instanceof Anthropic.AnthropicError)) throw error;
    const [kind, inside] = [error.constructor.name, error.error?.error];
    if (!error.status) return { kind, type: inside?.type, message: inside?.message ?? error.message };
    return { kind, status: error.status, type: inside.type, message: inside.message };
  }
}

async function seen(model) {
  const saw = {};
  for (const [name, run] of [
    ["messages", messages],
    ["messages_stream", messagesStream],
  ]) {
    saw[name] = {};
    for (const scenario of scenarios) saw[name][scenario] = await run(ask(model, scenario));
  }
  saw.failures = {
    refused: await failed(() => messages(ask(model, "refused"))),
    error: await failed(() => messagesStream(ask(model, "error"))),
    cut: await failed(() => messagesStream(ask(model, "cut"))),
  };
  return saw;
}

async function counted(model) {
  const asked = { model, messages: [{ role: "user", content: "Hello there" }] };
  const { data, response } = await client.messages.countTokens(asked).withResponse();
  const estimated = response.headers.get("x-crossmodel-estimate") === "input_tokens";
  return { tokens: estimated ? null : data.input_tokens, estimated };
}

const models = {};
for (const model of process.argv.slice(2)) models[model] = await seen(model);
const listed = [];
for await (const entry of client.models.list({ limit: 3 })) listed.push(entry);
console.log(
  JSON.stringify({
    models,
    counted: [await counted("counts/opus"), await counted("acme/fast")],
    listed: { first: listed.slice(0, 2).map((entry) => entry.id), count: listed.length, type: listed[0].type },
    retrieved: (await client.models.retrieve("claude-anything")).id,
    unknown: await failed(() => messages(ask("no/such-model", "plain"))),
    wrong_key: await failed(() => client.withOptions({ apiKey: "cm-wrong" }).models.list()),
  }),
);

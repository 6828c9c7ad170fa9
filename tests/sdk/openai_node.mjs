// openai-node as it comes, with nothing but OPENAI_BASE_URL and OPENAI_API_KEY set. Prints what it saw as JSON.

import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });

const messages = [{ role: "user", content: "Hello" }];
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const model = ({ id, object, root }) => ({ id, object, root: root ?? null });
const tool = ({ function: { name, arguments: args } }) => ({ name, arguments: args });
const usage = (counted) => ({ prompt: counted.prompt_tokens, completion: counted.completion_tokens });

async function refused(ask) {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    return { kind: error.constructor.name, status: error.status, code: error.code, request_id: error.requestID };
  }
  return null;
}

async function chat() {
  const answer = await client.chat.completions.create({ model: "cross-model-basic", messages });
  return { model: answer.model, text: answer.choices[0].message.content, usage: usage(answer.usage) };
}

async function stream() {
  let text = "";
  let counted = null;
  const models = new Set();
  const chunks = await client.chat.completions.create({
    model: "claude-opus-4-9",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of chunks) {
    models.add(chunk.model);
    text += chunk.choices[0]?.delta?.content ?? "";
    counted = chunk.usage ?? counted;
  }
  return { models: [...models].sort(), text, usage: usage(counted) };
}

async function streamWithoutUsage() {
  let text = "";
  let counted = null;
  for await (const chunk of await client.chat.completions.create({ model: "claude-opus-4-9", messages, stream: true })) {
    text += chunk.choices[0]?.delta?.content ?? "";
    counted = chunk.usage ?? counted;
  }
  return { text, usage_shown: counted !== null };
}

async function tools() {
  const answer = await client.chat.completions.create({ model: "cross-model-basic", messages, tools: [weather] });
  return answer.choices[0].message.tool_calls.map(tool);
}

async function streamedTools() {
  const calls = [];
  const asked = { model: "cross-model-basic", messages, tools: [weather], stream: true };
  for await (const chunk of await client.chat.completions.create(asked)) {
    for (const part of chunk.choices[0]?.delta?.tool_calls ?? []) {
      calls[part.index] ??= { name: "", arguments: "" };
      calls[part.index].name += part.function.name ?? "";
      calls[part.index].arguments += part.function.arguments ?? "";
    }
  }
  return calls;
}

const listed = [];
for await (const entry of client.models.list()) listed.push(entry);

console.log(
  JSON.stringify({
    listed: { first: listed.slice(0, 2).map(model), count: listed.length },
    alias: model(await client.models.retrieve("cross-model-basic")),
    slash: model(await client.models.retrieve("deepseek/deepseek-chat")),
    chat: await chat(),
    stream: await stream(),
    stream_without_usage: await streamWithoutUsage(),
    tools: await tools(),
    streamed_tools: await streamedTools(),
    unknown: await refused(() => client.chat.completions.create({ model: "no/such-model", messages })),
    wrong_key: await refused(() => client.withOptions({ apiKey: "cm-wrong" }).models.list()),
  }),
);

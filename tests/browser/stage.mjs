// Runs checks in one Chromium, as tests/it/browser/stage.rs asks for them: one JSON value a line on standard input and
// output. `{run, check}` runs a check and is answered `{done, problem}`; `{ask, verb, …}` is a check's own question to the
// other side, answered `{answer, value}` or `{answer, error}`.

import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { Scene } from "./lib/scene.mjs";

const checks = new Map();
for (const file of readdirSync(new URL("checks/", import.meta.url))) {
  const group = file.replace(/\.mjs$/, "");
  for (const [name, check] of Object.entries(await import(`./checks/${file}`))) checks.set(`${group}::${name}`, check);
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const waiting = new Map();
function ask(verb, detail = {}) {
  const id = waiting.size + 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ value, error }) => (error ? reject(new Error(`${verb}: ${error}`)) : resolve(value)));
    say({ ask: id, verb, ...detail });
  });
}

const browser = await chromium.launch({
  executablePath: process.env.TEST_CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    // Without these, Chromium looks for its maker's hosts at every start.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

async function run(id, name) {
  const scene = new Scene(browser, process.env.CONSOLE_URL, ask);
  const start = performance.now();
  let problem = null;
  try {
    await scene.within(150_000, checks.get(name)(scene));
    await scene.within(20_000, scene.assertQuiet(), "still reading what the pages said");
  } catch (error) {
    problem = `${error.stack ?? error}`;
  }
  // A browser that is stuck keeps nobody waiting.
  try {
    if (problem) problem += `\n${await scene.within(20_000, scene.describe(name), "the windows do not show themselves")}`;
    await scene.within(20_000, scene.close(), "the windows do not close");
  } catch (error) {
    problem = [problem, `${error}`].filter(Boolean).join("\n");
  }
  if (process.env.TEST_TIMES) console.error(`${Math.round(performance.now() - start)} ms ${name}`);
  say({ done: id, problem });
}

say({ checks: [...checks.keys()].sort() });
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const message = JSON.parse(line);
  if (message.run) run(message.run, message.check);
  else waiting.get(message.answer)(message);
});
lines.on("close", async () => {
  await browser.close();
  process.exit();
});

// What a page may cost. Each function is one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { get } from "node:http";
import { Editor } from "../lib/editor.mjs";

const KB = 1024;

async function firstLoad(scene) {
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop", [["claude-opus", "prefix", "anthropic/claude-opus-4-8"]]);
  const signed = await scene.signedIn(people.owner);
  const cookies = await signed.context().cookies();
  // A browser that has nothing yet but the session.
  const page = await scene.window();
  await page.context().addCookies(cookies);
  const asked = [];
  page.on("request", (request) => asked.push(request));
  await Editor.open(page, key);
  await page.waitForLoadState("networkidle");
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const sizes = await Promise.all(
    asked.map(async (request) => ({ kind: request.resourceType(), bytes: await onTheWire(request.url(), cookie) })),
  );
  return { page, sizes };
}

/** How many bytes of body a browser that takes Brotli is sent. */
function onTheWire(url, cookie) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie, "accept-encoding": "br, gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (data) => (bytes += data.length));
      answer.on("end", () => resolve(bytes));
    }).on("error", reject);
  });
}

export async function the_editors_first_load_is_small(scene) {
  const { sizes } = await firstLoad(scene);
  const sum = (kind) =>
    sizes.filter((one) => !kind || one.kind === kind).reduce((total, one) => total + one.bytes, 0);
  assert.ok(sizes.length <= 6, `${sizes.length} requests: ${JSON.stringify(sizes)}`);
  assert.ok(sum() <= 60 * KB, `${sum()} bytes in all: ${JSON.stringify(sizes)}`);
  assert.ok(sum("script") <= 20 * KB, `${sum("script")} bytes of scripts`);
  assert.ok(sum("stylesheet") <= 8 * KB, `${sum("stylesheet")} bytes of styles`);
}

export async function nothing_moves_while_the_editor_loads_and_is_used(scene) {
  const { page } = await firstLoad(scene);
  await page.evaluate(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.locator("#test").pressSequentially("claude-opus-4-9");
  await page.locator("#test-why table").waitFor();
  const shift = await page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(window.shift), 200)));
  assert.ok(shift < 0.02, `the page moved by ${shift}`);
}

export async function what_cannot_change_is_kept_for_ever_and_what_is_secret_is_not(scene) {
  const people = await scene.people();
  const page = await scene.window();
  const caching = new Map();
  page.on("response", (response) => {
    caching.set(new URL(response.url()).pathname, response.headers()["cache-control"] ?? "");
  });
  await page.goto("/sign-in");
  for (const [path, says] of caching) {
    if (path.startsWith("/assets/")) assert.match(says, /max-age=31536000.*immutable|immutable.*max-age=31536000/, path);
    else assert.match(says, /no-store|no-cache/, path);
  }
  assert.ok([...caching.keys()].some((path) => path.startsWith("/assets/")), String(people.account));
}

// Finding one's way: the models page, and the search for everything. Each function is one check, named in
// tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { assertText } from "../lib/editor.mjs";
import { assertFocused } from "../lib/keyboard.mjs";

export async function the_palette_goes_to_a_key_by_keyboard(scene) {
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop");
  const page = await scene.signedIn(people.owner);
  await page.keyboard.press("Control+k");
  await assertFocused(page, page.locator("#palette-q"));
  await page.keyboard.type("claude-code-l");
  const first = page.locator("#palette-results a").first();
  await assertText(first, /claude-code-laptop/);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/keys/${key.id}`));
}

export async function escape_closes_the_palette(scene) {
  const people = await scene.cast();
  const page = await scene.recognised(people.owner);
  await page.goto("/models");
  await page.keyboard.press("Control+k");
  await assertFocused(page, page.locator("#palette-q"));
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#palette[open]").count(), 0);
}

async function models_are_searched(scene, like) {
  const people = await scene.cast();
  const page = await scene.recognised(people.owner, like);
  await page.goto("/models");
  await page.getByRole("searchbox", { name: "Search" }).first().fill("claude-opus-4-8");
  await page.keyboard.press("Enter");
  await assertText(page.locator("table.models th code").first(), /claude-opus-4-8/);
  assert.ok(page.url().includes("q=claude-opus-4-8"));
}

export async function models_are_searched_as_one_types(scene) {
  await models_are_searched(scene, {});
}

export async function models_are_searched_without_javascript(scene) {
  await models_are_searched(scene, { js: false });
}

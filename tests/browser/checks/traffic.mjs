// What the client really sent, under the list of aliases. Each function is one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { Editor, assertText } from "../lib/editor.mjs";
import { assertFocused, tabTo } from "../lib/keyboard.mjs";
import { assertLooksRight } from "../lib/looks.mjs";

const OPUS = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];
const BASIC = ["cross-model-basic", "exact", "deepseek/deepseek-chat"];
const CODE = "claude-cli/2.1.197 (external, cli)";

/** Names, and for each request its tokens and what it cost. */
const SENT = [
  ["claude-haiku-4-5-20251001", "anthropic/claude-retired", 21, CODE, 0, 0, "0"],
  ["claude-opus-4-8", "anthropic/claude-opus-4-8", 8, CODE, 100_000, 10_000, "0.75"],
  ["openai/gpt-5.5", "openai/gpt-5.5", 3, "curl/8.5.0", 1_000, 100, "0.008"],
];

/** Somebody at the editor of a new key whose client sent these names. */
async function atTraffic(scene, sent = SENT, like) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [BASIC, OPUS]);
  for (const [name, model, requests, agent, prompt, completion, usd] of sent) {
    await scene.ask("sent", { key: key.id, name, model, requests, agent, prompt, completion, usd });
  }
  const page = await scene.recognised(people[like?.who ?? "owner"], like);
  const editor = await Editor.open(page, key);
  const panel = page.locator("#traffic");
  return { people, key, page, editor, panel, cost: panel.locator(".traffic-cost p").first() };
}

const rowOf = (panel, name) => panel.locator("tbody tr").filter({ has: panel.page().locator(`th :text-is("${name}")`) });
const next = (panel, name) => rowOf(panel, name).locator("td").nth(3);

export async function editing_a_target_shows_what_becomes_of_the_traffic_before_saving(scene) {
  const { key, editor, panel, cost } = await atTraffic(scene);
  await assertText(cost, "Cost of this traffic: $6.02 actual");
  await assertText(next(panel, "claude-opus-4-8"), "same");

  const row = await editor.row("claude-opus");
  await row.target.fill("anthropic/claude-haiku-4-5");
  await row.name.focus();
  await assertText(next(panel, "claude-opus-4-8"), "anthropic/claude-haiku-4-5 changed");
  await assertText(cost, "Cost of this traffic: $6.02 actual → about $1.22 with your changes (same tokens, new prices)");
  await assertFocused(editor.page, row.name);
  assert.equal((await scene.saved(key)).saves, 0);

  await row.remove.click();
  await assertText(next(panel, "claude-opus-4-8"), "model_not_found changed");
  await assertText(panel.locator("tbody th").first(), "claude-opus-4-8");
  await editor.page.getByRole("button", { name: "Undo", exact: true }).click();
  await assertText(next(panel, "claude-opus-4-8"), "anthropic/claude-haiku-4-5 changed");

  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  await assertText(next(panel, "claude-opus-4-8"), "same");
  await assertText(panel.locator("tbody td").nth(2), "model_not_found");
  await assertText(cost, "Cost of this traffic: $6.02 actual");
}

export async function adding_an_alias_from_a_name_fills_a_row_and_moves_the_focus(scene) {
  const more = [["claude-haiku-4-5", "anthropic/claude-haiku-4-5", 2, CODE, 10, 10, "0.001"]];
  const { key, page, editor, panel } = await atTraffic(scene, [...SENT, ...more]);
  const failing = rowOf(panel, "claude-haiku-4-5-20251001");

  await tabTo(page, failing.getByRole("button", { name: /^Add alias/ }));
  await page.keyboard.press("Enter");
  await assertFocused(page, page.locator("#target-n1"));
  assert.deepEqual((await editor.rows()).at(-1), ["claude-haiku", "prefix", ""]);
  await assertText(page.locator("#changes"), "1 unsaved change");
  await failing.getByRole("button", { name: /^Add alias/ }).waitFor({ state: "detached" });

  await page.keyboard.type("anthropic/claude-haiku-4-5");
  await page.keyboard.press("Tab");
  await assertText(next(panel, "claude-haiku-4-5-20251001"), "mended: anthropic/claude-haiku-4-5 changed");
  await assertText(panel.locator(".traffic-cost"), /21 requests that failed would run, at a cost that is not known yet\./);

  await rowOf(panel, "openai/gpt-5.5").getByRole("button", { name: "Add alias for openai/gpt-5.5" }).click();
  await assertFocused(page, page.locator("#target-n2"));
  assert.deepEqual((await editor.rows()).at(-1), ["openai/gpt-5.5", "exact", ""]);
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function a_name_is_tested_from_its_row(scene) {
  const { page, editor, panel } = await atTraffic(scene);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await rowOf(panel, "claude-opus-4-8").getByRole("button", { name: "Test claude-opus-4-8" }).click();
  await editor.assertSays("claude-opus-4-8 runs openai/gpt-5.5 (prefix alias claude-opus).");
  assert.equal(await editor.test.inputValue(), "claude-opus-4-8");
  await assertFocused(page, editor.test);
  assert.deepEqual((await editor.rows())[1], ["claude-opus", "prefix", "openai/gpt-5.5"]);
}

export async function a_longer_time_is_looked_at(scene) {
  const { page, editor, panel } = await atTraffic(scene);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  const week = panel.getByRole("button", { name: "7 d" });
  await tabTo(page, week);
  await page.keyboard.press("Enter");
  await assertText(panel.locator("h2"), "What your client really sent, last 7 d");
  await assertText(next(panel, "claude-opus-4-8"), "openai/gpt-5.5 changed");
  await assertFocused(page, week);
  // What is checked next still looks at the week.
  await editor.retarget("claude-opus", "anthropic/claude-haiku-4-5");
  await assertText(next(panel, "claude-opus-4-8"), "anthropic/claude-haiku-4-5 changed");
  await assertText(panel.locator("h2"), "What your client really sent, last 7 d");
}

export async function the_draft_is_kept_without_javascript(scene) {
  const { key, page, editor, panel, cost } = await atTraffic(scene, SENT, { js: false });
  await editor.targets.nth(1).fill("anthropic/claude-haiku-4-5");
  await panel.getByRole("button", { name: "30 d" }).click();
  await assertText(panel.locator("h2"), "What your client really sent, last 30 d");
  await assertText(next(panel, "claude-opus-4-8"), "anthropic/claude-haiku-4-5 changed");
  await assertText(cost, "Cost of this traffic: $6.02 actual → about $1.22 with your changes (same tokens, new prices)");

  await rowOf(panel, "claude-opus-4-8").getByRole("button", { name: "Test claude-opus-4-8" }).click();
  await editor.assertSays("claude-opus-4-8 runs anthropic/claude-haiku-4-5 (prefix alias claude-opus).");
  await rowOf(panel, "claude-haiku-4-5-20251001").getByRole("button", { name: /^Add alias/ }).click();
  await assertFocused(page, editor.targets.last());
  assert.deepEqual(await editor.rows(), [
    BASIC,
    ["claude-opus", "prefix", "anthropic/claude-haiku-4-5"],
    ["claude-haiku-4-5-20251001", "exact", ""],
  ]);
  await assertText(panel.locator("h2"), "What your client really sent, last 30 d");
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function markup_in_a_sent_name_is_text(scene) {
  const hostile = '"><img src=x onerror=1>';
  const { page, editor, panel } = await atTraffic(scene, [[hostile, "lab/x", 1, hostile, 1, 1, "0"]]);
  await assertText(panel.locator("tbody th"), hostile);
  await panel.getByRole("button", { name: /^Test/ }).click();
  await assertText(editor.result, /^"><img src=x onerror=1> isn't aliased and isn't in the catalog\./);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await page.getByText("1 unsaved change").waitFor();
  assert.equal(await page.locator("img").count(), 0);
}

export async function the_panel_looks_right(scene) {
  const more = [
    ["claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5", 140, CODE, 20_000, 2_000, "0.09"],
    ["a-name-as-long-as-clients-make-them/".repeat(5), "lab/x", 1, "", 0, 0, "0"],
    ['"><img src=x onerror=1>', "lab/x", 1, "some-unusual-program-with-a-long-name/1", 0, 0, "0"],
  ];
  const { page, editor, panel } = await atTraffic(scene, [...SENT, ...more]);
  await editor.addRow("claude-sonnet", "prefix", "anthropic/claude-sonnet-4-6");
  await editor.retarget("claude-opus", "anthropic/claude-haiku-4-5");
  await assertText(next(panel, "claude-opus-4-8"), "anthropic/claude-haiku-4-5 changed");
  await assertLooksRight(page);
  if (process.env.TEST_PICTURES) await picture(page, "traffic");
}

export async function the_panel_of_a_new_key_looks_right(scene) {
  const { page, panel } = await atTraffic(scene, [], { who: "viewer" });
  await assertText(panel.locator("p").first(), "No requests yet. Try the curl below.");
  await assertLooksRight(page);
  if (process.env.TEST_PICTURES) await picture(page, "no-traffic");
}

/** Keeps how the panel looks, for whoever changes it. */
async function picture(page, name) {
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [320, "light"], [900, "light"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const path = `${process.env.TEST_PICTURES}/${name}-${width}-${colorScheme}.png`;
    await page.locator("#traffic").screenshot({ path });
  }
}

// The test box: every sentence it can say, why, and the draft beside what is live. Each function is one check, named in
// tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { Editor, assertText } from "../lib/editor.mjs";

const OPUS = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];
const CLAUDE = ["claude", "prefix", "anthropic/claude-haiku-4-5"];
const BASIC = ["cross-model-basic", "exact", "deepseek/deepseek-chat"];

/** An owner at the test box of a new key that has these aliases. */
async function atBox(scene, aliases, query) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", aliases);
  const page = await scene.recognised(people.owner);
  return { people, key, page, editor: await Editor.open(page, key, query) };
}

export async function each_outcome_has_its_sentence(scene) {
  const { editor } = await atBox(scene, [BASIC, OPUS]);
  await editor.assertSays("Type a model name to see where it goes.");
  for (const [name, sentence] of [
    ["cross-model-basic", "cross-model-basic runs deepseek/deepseek-chat (exact alias)."],
    ["claude-opus-4-9", "claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus)."],
    ["claude-opus", "claude-opus runs anthropic/claude-opus-4-8 (prefix alias claude-opus)."],
    ["openai/gpt-5.5", "openai/gpt-5.5 isn't aliased. It runs the catalog model openai/gpt-5.5."],
    ["no-such", "no-such isn't aliased and isn't in the catalog. Requests fail with model_not_found."],
  ]) {
    await editor.test.fill(name);
    await editor.assertSays(sentence);
  }
  await editor.test.fill("");
  await editor.assertSays("Type a model name to see where it goes.");
}

export async function a_difference_of_case_alone_is_explained(scene) {
  const { page, editor } = await atBox(scene, [OPUS]);
  await editor.test.fill("Claude-Opus-4-9");
  await page.getByText("Matching is case-sensitive. In lowercase it would match claude-opus.").waitFor();
}

export async function a_space_at_an_end_is_pointed_out_and_kept(scene) {
  const { page, editor } = await atBox(scene, [BASIC]);
  await editor.test.fill(" cross-model-basic");
  await page.getByText("Your text starts with a space. A client sending that won't match.").waitFor();
  await assertText(editor.result, /isn't aliased/);
}

export async function a_target_that_is_switched_off_is_told(scene) {
  // A model that nobody else in these tests needs.
  const { page, editor } = await atBox(scene, [["gone", "exact", "openai/gpt-5.2-pro-2025-12-11"]]);
  await scene.ask("model_disabled", { model: "openai/gpt-5.2-pro-2025-12-11" });
  await page.reload();
  await editor.test.fill("gone");
  await editor.assertSays(
    "gone points at openai/gpt-5.2-pro-2025-12-11, which is switched off. Requests fail.",
  );
  await page.getByText("Requests fail with model_not_found.").first().waitFor();
}

export async function a_key_without_permission_is_told(scene) {
  const { key, editor } = await atBox(scene, [BASIC]);
  await scene.ask("limit", { key: key.id, model: "openai/gpt-5.5" });
  await editor.test.fill("cross-model-basic");
  await editor.assertSays(
    "cross-model-basic resolves to deepseek/deepseek-chat, but this key can't use it. Requests fail with 403.",
  );
  assert.deepEqual(await scene.call(key.secret, "cross-model-basic"), {
    status: 403,
    model: "deepseek/deepseek-chat",
    code: "model_not_allowed",
  });
}

export async function a_disabled_key_is_told(scene) {
  const { key, page, editor } = await atBox(scene, [BASIC]);
  await scene.ask("disable", { key: key.id });
  await editor.test.fill("cross-model-basic");
  await page
    .getByText("This key is disabled, so every request fails now. The result shows what would happen.")
    .waitFor();
}

export async function why_lists_every_candidate(scene) {
  const { page, editor } = await atBox(scene, [BASIC, OPUS, CLAUDE]);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  const rows = (await page.locator("#test-why tbody tr").allTextContents()).map((row) => row.replace(/\s+/g, " ").trim());
  assert.match(rows[0], /Exact.*no alias is named claude-opus-4-9/i);
  assert.match(rows[1], /claude-opus.*11 of 15 characters.*wins/i);
  assert.match(rows[2], /claude .*6 of 15 characters.*shorter/i);
  assert.match(rows[3], /Passthrough.*not reached/i);
  // One sentence for the ear; the table is beside it, not in it.
  assert.equal(await editor.result.locator("table").count(), 0);
  assert.equal(await editor.result.evaluate((output) => output.tagName), "OUTPUT");
}

export async function the_draft_is_tested_and_the_live_answer_stands_beside_it(scene) {
  const { key, page, editor } = await atBox(scene, [CLAUDE]);
  await editor.addRow(...OPUS);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await page.getByText("with unsaved changes").first().waitFor();
  await page.getByText(/Live now it goes to:? *anthropic\/claude-haiku-4-5/).waitFor();
  assert.equal((await scene.call(key.secret, "claude-opus-4-9")).model, "anthropic/claude-haiku-4-5");

  await editor.save.click();
  await editor.saved.waitFor();
  assert.equal((await scene.call(key.secret, "claude-opus-4-9")).model, "anthropic/claude-opus-4-8");
}

export async function editing_a_row_tests_again(scene) {
  const { editor } = await atBox(scene, [OPUS]);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await editor.names.first().fill("claude-opus-5");
  await editor.assertSays("claude-opus-4-9 isn't aliased and isn't in the catalog. Requests fail with model_not_found.");
}

export async function unfinished_rows_are_named_and_ignored(scene) {
  const { page, editor } = await atBox(scene, [BASIC, OPUS]);
  await editor.addRow("half-done", "exact", "");
  await editor.test.fill("half-done");
  await page.getByText("Row 3 is incomplete and was ignored.").waitFor();
}

export async function a_link_brings_a_name_along(scene) {
  const { editor } = await atBox(scene, [OPUS], "?test=claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
}

export async function markup_in_a_name_is_text(scene) {
  const { page, editor } = await atBox(scene, [OPUS], `?test=${encodeURIComponent('"><img src=x onerror=1>')}`);
  await assertText(editor.result, /^"><img src=x onerror=1> isn't aliased and isn't in the catalog\./);
  assert.equal(await page.locator("img").count(), 0);
  await editor.test.fill("'><script>1</script>");
  await assertText(editor.result, /^'><script>1<\/script> isn't aliased/);
}

export async function an_error_keeps_the_last_answer(scene) {
  scene.expects(500);
  const { page, editor } = await atBox(scene, [OPUS]);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await page.route("**/aliases/resolve", (route) => route.fulfill({ status: 500, body: "no" }));
  await editor.test.fill("claude-opus-4-99");
  await page.getByText("Not updated. Retrying when you type.").waitFor();
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await page.unroute("**/aliases/resolve");
  await editor.test.fill("claude-opus-4-999");
  await editor.assertSays("claude-opus-4-999 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
}

export async function a_name_that_fails_can_become_an_alias(scene) {
  const { page, editor } = await atBox(scene, []);
  await editor.test.fill("gpt-made-up");
  await page.getByRole("button", { name: "Add alias for this name" }).click();
  await page.waitForFunction(() => document.querySelector('[name="name[]"]')?.value === "gpt-made-up");
  assert.equal((await editor.rows())[0][0], "gpt-made-up");
}

export async function testing_is_no_change(scene) {
  const { page, editor } = await atBox(scene, [OPUS]);
  await editor.test.fill("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  page.on("dialog", () => assert.fail("leaving asked about unsaved changes"));
  await page.goto("/keys");
}

export async function many_names_are_tested_at_once(scene) {
  const { page, editor } = await atBox(scene, [BASIC, OPUS]);
  await page.getByText("Test many names…").click();
  await page.locator("#many").fill("cross-model-basic\nclaude-opus-4-9\nno-such\n");
  await page.getByRole("button", { name: "Test these" }).click();
  const rows = page.locator("#many-result tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 3);
  await assertText(rows.nth(1), /claude-opus-4-9.*anthropic\/claude-opus-4-8/);
  assert.equal(await editor.names.count(), 2);
}

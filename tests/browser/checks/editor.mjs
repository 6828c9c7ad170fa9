// The alias editor: adding, saving, refusing, two people at once, trouble on the way. Each function is one check, named
// in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { Editor, assertText } from "../lib/editor.mjs";
import { assertFocused, tabTo } from "../lib/keyboard.mjs";
import { assertLooksRight } from "../lib/looks.mjs";
import { signIn } from "../lib/scene.mjs";

const OPUS = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];
const BASIC = ["cross-model-basic", "exact", "deepseek/deepseek-chat"];
const HAIKU = ["claude", "prefix", "anthropic/claude-haiku-4-5"];

/** An owner at the editor of a new key that has these aliases. */
async function atEditor(scene, aliases, like) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", aliases);
  const page = await scene.recognised(people.owner, like);
  return { people, key, page, editor: await Editor.open(page, key) };
}

export async function add_fill_test_save_and_reload_by_keyboard(scene) {
  const { key, page, editor } = await atEditor(scene, []);

  await tabTo(page, editor.add);
  await page.keyboard.press("Enter");
  await assertFocused(page, editor.names.first());
  await page.keyboard.type("claude-opus");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Prefix");
  await page.keyboard.press("Tab");
  await assertFocused(page, editor.targets.first());
  await page.keyboard.type("anthropic/claude-opus-4-8");
  await assertText(page.locator('[role="option"]').first(), /^anthropic\/claude-opus-4-8/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.deepEqual(await editor.rows(), [OPUS]);

  await tabTo(page, editor.test);
  await page.keyboard.type("claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");

  await tabTo(page, editor.save, { back: true });
  await page.keyboard.press("Enter");
  await assertFocused(page, editor.saved);
  await assertText(editor.saved, /^Saved\. Live on every gateway by \d\d:\d\d:\d\d\.$/);
  assert.deepEqual(await scene.saved(key), { saves: 1, aliases: [OPUS] });

  await page.reload();
  assert.deepEqual(await editor.rows(), [OPUS]);
}

export async function add_fill_test_save_and_reload_without_javascript(scene) {
  const { key, page, editor } = await atEditor(scene, [], { js: false });

  await editor.add.click();
  await page.getByText("Not saved yet.").first().waitFor();
  await editor.names.first().fill("claude-opus");
  await editor.modes.first().selectOption("prefix");
  await editor.targets.first().fill("anthropic/claude-opus-4-8");
  await editor.test.fill("claude-opus-4-9");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  assert.equal((await scene.saved(key)).saves, 0);

  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  await page.reload();
  assert.deepEqual(await editor.rows(), [OPUS]);
  assert.deepEqual(await scene.saved(key), { saves: 1, aliases: [OPUS] });
}

export async function control_s_saves(scene) {
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await editor.targets.first().fill("openai/gpt-5.5");
  await page.keyboard.press("Control+s");
  await editor.saved.waitFor();
  assert.deepEqual((await scene.saved(key)).aliases, [["claude-opus", "prefix", "openai/gpt-5.5"]]);
}

async function enter_and_the_test_button_change_nothing(scene, like) {
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS], like);
  const fields = [editor.names.nth(0), editor.names.nth(1), editor.targets.nth(0), editor.targets.nth(1), editor.test];
  for (const field of fields) {
    await field.focus();
    await page.keyboard.press("Enter");
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await editor.rows(), [BASIC, OPUS]);
  }
  await editor.test.fill("claude-opus-4-9");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  assert.deepEqual(await editor.rows(), [BASIC, OPUS]);
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function enter_and_the_test_button_neither_save_nor_remove(scene) {
  await enter_and_the_test_button_change_nothing(scene, {});
}

export async function enter_and_the_test_button_neither_save_nor_remove_without_javascript(scene) {
  await enter_and_the_test_button_change_nothing(scene, { js: false });
}

export async function only_the_save_button_saves(scene) {
  // What a broken client could send: another button's op at the address that saves.
  const { key, page } = await atEditor(scene, [OPUS]);
  for (const op of ["add", "check", "test", "remove:a1", ""]) {
    const status = await page.evaluate(
      async ([url, op]) => {
        const form = new URLSearchParams({ version: "0", op });
        return (await fetch(url, { method: "POST", body: form })).status;
      },
      [`/keys/${key.id}/aliases`, op],
    );
    assert.ok(status < 500, `op=${op} is answered ${status}`);
    assert.deepEqual(await scene.saved(key), { saves: 0, aliases: [OPUS] });
  }
}

export async function a_double_click_saves_once(scene) {
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  const saves = [];
  await page.route(`**/keys/${key.id}/aliases`, async (route) => {
    if (route.request().method() === "POST") {
      saves.push(route.request().postData());
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    await route.continue();
  });
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await editor.save.dblclick();
  await editor.saved.waitFor();
  assert.equal(saves.length, 1);
  assert.equal((await scene.saved(key)).saves, 1);
}

export async function the_save_button_says_that_it_is_busy_and_keeps_the_focus(scene) {
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route(`**/keys/${key.id}/aliases`, async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await editor.save.focus();
  await page.keyboard.press("Enter");
  await page.locator('#save[aria-busy="true"]').waitFor();
  await assertText(editor.save, "Saving…");
  await assertFocused(page, editor.save);
  go();
  await assertFocused(page, editor.saved);
}

export async function a_refused_save_keeps_what_was_typed_and_leads_to_each_problem(scene) {
  scene.expects(422);
  const { key, page, editor } = await atEditor(scene, []);
  await editor.addRow("my alias", "exact", "openai/gpt-5.5");
  await editor.addRow("fast", "prefix", "deepseek/deepseek-cht");
  await editor.addRow("fine", "exact", "openai/gpt-5.5");
  const typed = await editor.rows();

  await editor.save.click();
  await assertFocused(page, editor.summary);
  await assertText(editor.summary.locator("h2"), "There are 2 problems");
  assert.deepEqual(await editor.rows(), typed);
  assert.equal((await scene.saved(key)).saves, 0);

  const wrong = await editor.row("my alias");
  const lost = await editor.row("fast");
  const fine = await editor.row("fine");
  await assertText(wrong.nameSays, /^Use lowercase letters, digits and \. _ : \/ - only\. Remove: space\./);
  await assertText(lost.targetSays, /^deepseek\/deepseek-cht isn't in the catalog\. Closest: deepseek\/deepseek-chat\./);
  assert.equal(await wrong.name.getAttribute("aria-invalid"), "true");
  assert.equal(await lost.target.getAttribute("aria-invalid"), "true");
  for (const field of [wrong.target, lost.name, fine.name, fine.target]) {
    assert.notEqual(await field.getAttribute("aria-invalid"), "true");
  }
  assert.equal(await lost.target.getAttribute("role"), "combobox");

  await editor.summary.getByRole("link").nth(1).click();
  await assertFocused(page, lost.target);
}

export async function a_refused_save_keeps_what_was_typed_without_javascript(scene) {
  scene.expects(422);
  const { key, page, editor } = await atEditor(scene, [OPUS], { js: false });
  await editor.names.first().fill("Claude-Opus");
  await editor.save.click();
  await assertText(editor.summary.locator("h2"), "There is a problem");
  assert.deepEqual(await editor.rows(), [["Claude-Opus", OPUS[1], OPUS[2]]]);
  const row = await editor.row("Claude-Opus");
  await assertText(row.nameSays, /Alias names must be lowercase\. Did you mean "claude-opus"\?/);
  await row.nameSays.getByRole("button", { name: "Use it" }).click();
  assert.equal(await editor.names.first().inputValue(), "claude-opus");
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function a_name_is_made_lowercase_when_it_is_left(scene) {
  const { page, editor } = await atEditor(scene, [OPUS]);
  const row = await editor.row("claude-opus");
  await row.name.fill(" Claude-Sonnet ");
  await row.name.blur();
  await page.waitForFunction(() => document.querySelector('[name="name[]"]').value === "claude-sonnet");
  await page.getByText("Changed to lowercase.").waitFor();
}

export async function removing_moves_the_focus_on_and_undo_brings_it_back(scene) {
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS, HAIKU]);
  const opus = await editor.row("claude-opus");
  const haiku = await editor.row("claude");

  await tabTo(page, opus.remove);
  await page.keyboard.press("Enter");
  await assertFocused(page, haiku.name);
  assert.deepEqual(await editor.rows(), [BASIC, HAIKU]);
  await page.getByText("Alias claude-opus removed.").waitFor();

  const undo = page.locator("#row-status").getByRole("button", { name: /^Undo/ });
  await tabTo(page, undo);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll('[name="name[]"]').length === 3);
  assert.deepEqual(await editor.rows(), [BASIC, OPUS, HAIKU]);
  await assertFocused(page, (await editor.row("claude-opus")).name);
  assert.equal((await scene.saved(key)).saves, 0);
}

export async function removing_the_last_row_moves_the_focus_to_add(scene) {
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await (await editor.row("claude-opus")).remove.click();
  await assertFocused(page, editor.add);
  await editor.save.click();
  await editor.saved.waitFor();
  assert.deepEqual(await scene.saved(key), { saves: 1, aliases: [] });
}

export async function removing_works_without_javascript(scene) {
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS], { js: false });
  await (await editor.row("claude-opus")).remove.click();
  assert.deepEqual(await editor.rows(), [BASIC]);
  assert.equal((await scene.saved(key)).saves, 0);
  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.deepEqual(await scene.saved(key), { saves: 1, aliases: [BASIC] });
}

export async function an_identical_change_by_somebody_else_counts_as_saved(scene) {
  const { people, key, page, editor } = await atEditor(scene, [BASIC, OPUS]);
  const changed = [BASIC, ["claude-opus", "prefix", "openai/gpt-5.5"]];
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.saveAs(people.maya, key, changed);
  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.deepEqual(await scene.saved(key), { saves: 1, aliases: changed });
  assert.equal(await page.locator("#notice").count(), 0);
}

async function different_changes_are_merged(scene, like) {
  scene.expects(409);
  const { people, key, page, editor } = await atEditor(scene, [BASIC, OPUS], like);
  const mine = ["claude-opus", "prefix", "openai/gpt-5.5"];
  const theirs = ["cross-model-basic", "exact", "deepseek/deepseek-reasoner"];
  await editor.retarget("claude-opus", mine[2]);
  await scene.saveAs(people.maya, key, [theirs, OPUS, HAIKU]);

  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === "POST" && one.url().endsWith("/aliases")),
    editor.save.click(),
  ]);
  assert.equal(answer.status(), 409);
  await assertText(page.locator("#notice"), /saved changes .* We merged them with yours\. Check and save\./i);
  assert.deepEqual(new Set((await editor.rows()).map(String)), new Set([theirs, mine, HAIKU].map(String)));
  assert.equal((await scene.saved(key)).saves, 1);

  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.deepEqual(await scene.saved(key), { saves: 2, aliases: [theirs, mine, HAIKU] });
}

export async function changes_of_different_aliases_are_merged(scene) {
  await different_changes_are_merged(scene, {});
}

export async function changes_of_different_aliases_are_merged_without_javascript(scene) {
  await different_changes_are_merged(scene, { js: false });
}

async function changes_collide(scene, like) {
  scene.expects(409, 422);
  const { people, key, page, editor } = await atEditor(scene, [OPUS], like);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.saveAs(people.maya, key, [["claude-opus", "prefix", "deepseek/deepseek-chat"]]);
  await editor.save.click();
  await page.getByText("Keep mine:").waitFor();
  assert.equal(await page.getByRole("radio", { checked: true }).count(), 0);

  await editor.save.click();
  await page.getByText("Choose a version for claude-opus.").first().waitFor();
  assert.equal((await scene.saved(key)).saves, 1);
  await page.getByRole("radio", { name: /Keep mine/ }).check();
  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.deepEqual(await scene.saved(key), { saves: 2, aliases: [["claude-opus", "prefix", "openai/gpt-5.5"]] });
}

export async function changes_of_the_same_alias_are_put_to_the_person(scene) {
  await changes_collide(scene, {});
}

export async function changes_of_the_same_alias_are_put_to_the_person_without_javascript(scene) {
  await changes_collide(scene, { js: false });
}

export async function two_tabs_never_overwrite_each_other(scene) {
  scene.expects(409);
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS]);
  const other = await Editor.open(await scene.anotherTab(page), key);
  await other.retarget("cross-model-basic", "openai/gpt-5.5");
  await other.save.click();
  await other.saved.waitFor();
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await editor.save.click();
  await page.getByText("We merged them with yours.").waitFor();
  await editor.save.click();
  await editor.saved.waitFor();
  assert.deepEqual(
    (await scene.saved(key)).aliases.map((alias) => alias[2]),
    ["openai/gpt-5.5", "openai/gpt-5.5"],
  );
}

export async function a_key_deleted_meanwhile_leaves_the_draft_to_copy(scene) {
  scene.expects(404);
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.ask("delete", { key: key.id });
  await editor.save.click();
  await page.getByText("This key was deleted. Your aliases are below so you can copy them.").waitFor();
  await page.getByText("openai/gpt-5.5").first().waitFor();
}

export async function a_window_that_comes_back_is_told_of_a_change(scene) {
  const { people, key, page, editor } = await atEditor(scene, [OPUS]);
  await scene.saveAs(people.maya, key, [BASIC]);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await page.getByText("Aliases changed in another tab or by someone else.").waitFor();
  await page.getByRole("link", { name: "Reload" }).or(page.getByRole("button", { name: "Reload" })).click();
  await page.waitForFunction(() => document.querySelector('[name="name[]"]')?.value === "cross-model-basic");
  assert.deepEqual(await editor.rows(), [BASIC]);
}

export async function a_server_error_loses_nothing(scene) {
  scene.expects(500);
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  const url = `**/keys/${key.id}/aliases`;
  await page.route(url, (route) =>
    route.request().method() === "POST" ? route.fulfill({ status: 500, body: "no" }) : route.continue(),
  );
  await editor.save.click();
  await assertText(editor.alerts, /Couldn't save\. Your edits are still here\. Try again\./);
  assert.deepEqual(await editor.rows(), [["claude-opus", "prefix", "openai/gpt-5.5"]]);
  await page.unroute(url);
  await editor.alerts.getByRole("button", { name: "Try again" }).click();
  await editor.saved.waitFor();
  assert.equal((await scene.saved(key)).saves, 1);
}

export async function being_offline_loses_nothing(scene) {
  scene.expects(/^Failed to load resource: net::ERR_INTERNET_DISCONNECTED/);
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await page.context().setOffline(true);
  await editor.save.click();
  await assertText(editor.alerts, /Couldn't save\. Your edits are still here\. Try again\./);
  assert.deepEqual(await editor.rows(), [["claude-opus", "prefix", "openai/gpt-5.5"]]);
  await page.context().setOffline(false);
  await editor.save.click();
  await editor.saved.waitFor();
  assert.equal((await scene.saved(key)).saves, 1);
}

export async function being_signed_out_loses_nothing(scene) {
  scene.expects(401);
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  const page = await scene.signedIn(people.owner);
  const editor = await Editor.open(page, key);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.ask("sign_out", { email: people.owner });
  await editor.save.click();
  await page
    .getByText("You've been signed out. Sign in in a new tab, then save again. Your edits are still here.")
    .waitFor();
  assert.deepEqual(await editor.rows(), [["claude-opus", "prefix", "openai/gpt-5.5"]]);

  await signIn(await scene.anotherTab(page), people.owner);
  await editor.save.click();
  await editor.saved.waitFor();
  assert.deepEqual((await scene.saved(key)).aliases, [["claude-opus", "prefix", "openai/gpt-5.5"]]);
}

export async function leaving_with_unsaved_changes_asks_first(scene) {
  const { page, editor } = await atEditor(scene, [OPUS]);
  await page.goto("/keys"); // nothing changed yet: no question
  await page.goBack();
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await page.getByText("1 unsaved change").waitFor();
  let asked = 0;
  page.on("dialog", async (dialog) => {
    asked += 1;
    await dialog.dismiss();
  });
  await page.getByRole("link", { name: "API keys" }).first().click();
  await page.waitForTimeout(300);
  assert.equal(asked, 1);
  assert.deepEqual(await editor.rows(), [["claude-opus", "prefix", "openai/gpt-5.5"]]);
}

export async function a_saved_change_can_be_undone(scene) {
  const { key, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await editor.save.click();
  await editor.saved.waitFor();
  await editor.page.locator(".saved").getByRole("button", { name: "Undo" }).click();
  await editor.page.waitForFunction(() => document.querySelector('[name="target[]"]').value.startsWith("anthropic/"));
  assert.deepEqual(await scene.saved(key), { saves: 2, aliases: [OPUS] });
}

export async function twenty_rows_are_all(scene) {
  scene.expects(422);
  const many = Array.from({ length: 20 }, (_, n) => [`name-${String(n).padStart(2, "0")}`, "exact", "openai/gpt-5.5"]);
  const { key, page, editor } = await atEditor(scene, many.slice(0, 19));
  await editor.addRow(...many[19]);
  await page.getByText("20 of 20 aliases. Remove one to add another.").first().waitFor();
  assert.equal(await editor.add.count(), 0);
  await editor.save.click();
  await editor.saved.waitFor();
  assert.deepEqual((await scene.saved(key)).aliases, many);

  await (await editor.row("name-07")).remove.click();
  await editor.add.waitFor();

  const answer = await page.evaluate(async (url) => {
    const form = new URLSearchParams({ version: "1" });
    for (let n = 0; n < 23; n++) {
      for (const [field, value] of [["row[]", `n${n}`], ["name[]", `x${n}`], ["mode[]", "exact"], ["target[]", "openai/gpt-5.5"]]) {
        form.append(field, value);
      }
    }
    form.append("op", "save");
    const answer = await fetch(url, { method: "POST", body: form });
    return { status: answer.status, text: await answer.text() };
  }, `/keys/${key.id}/aliases`);
  assert.equal(answer.status, 422);
  assert.match(answer.text, /A key can have up to 20 aliases\. You sent 23; remove 3\./);
  assert.equal((await scene.saved(key)).saves, 1);
}

export async function a_name_has_at_most_64_characters(scene) {
  scene.expects(422);
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  const name = (await editor.row("claude-opus")).name;
  await name.fill("");
  await name.pressSequentially("x".repeat(65));
  assert.equal(await name.inputValue(), "x".repeat(64));
  await page.getByText("64 of 64").waitFor();
  await editor.save.click();
  await editor.saved.waitFor();
  assert.equal((await scene.saved(key)).aliases[0][0], "x".repeat(64));

  const answer = await post(page, key, [["n1", "x".repeat(71), "exact", "openai/gpt-5.5"]]);
  assert.match(answer, /Use 64 characters or fewer\. This has 71\./);
}

export async function every_printable_character_is_allowed_or_named(scene) {
  const { key, page } = await atEditor(scene, []);
  const printable = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));
  const allowed = /[a-z0-9._:\/-]/;
  for (let start = 0; start < printable.length; start += 20) {
    const some = printable.slice(start, start + 20);
    // Names differ in their tails too, so that none is a duplicate of another once in lower case.
    const rows = some.map((c, n) => [`n${n}`, `a${c}b${start + n}`, "exact", "openai/gpt-5.5"]);
    const html = await post(page, key, rows, "check");
    const says = await page.evaluate(
      ([html, ids]) => {
        const page = new DOMParser().parseFromString(html, "text/html");
        return ids.map((id) => page.getElementById(`name-${id}-msg`).textContent.replace(/\s+/g, " ").trim());
      },
      [html, rows.map((row) => row[0])],
    );
    for (const [n, c] of some.entries()) {
      if (allowed.test(c)) assert.equal(says[n], "", c);
      else if (/[A-Z]/.test(c)) assert.match(says[n], /must be lowercase/, c);
      else assert.ok(says[n].includes(c === " " ? "Remove: space." : `Remove: "${c}".`), `${c}: ${says[n]}`);
    }
  }
}

/** Posts rows as a plain form, the way a browser without JavaScript does, and returns the page. */
function post(page, key, rows, op = "save") {
  return page.evaluate(
    async ([url, rows, op]) => {
      const form = new URLSearchParams({ version: "1" });
      for (const row of rows) {
        for (const [n, field] of ["row[]", "name[]", "mode[]", "target[]"].entries()) form.append(field, row[n]);
      }
      form.append("op", op);
      return (await fetch(url, { method: "POST", body: form })).text();
    },
    [`/keys/${key.id}/aliases${op === "save" ? "" : "/draft"}`, rows, op],
  );
}

export async function a_row_answers_with_the_name_asked_for(scene) {
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS]);
  const box = (await editor.row("claude-opus")).item.getByLabel("Answer with the name the client asked for");
  const changes = page.locator("#changes");

  await editor.test.fill("claude-opus-9");
  await assertText(page.locator("#test-facts"), /Answers carry the name anthropic\/claude-opus-4-8, the real id\./);
  await tabTo(page, box, { back: true });
  await page.keyboard.press("Space");
  await assertText(changes, "1 unsaved change");
  await assertText(page.locator("#review-list"), "claude-opus: answers with the name asked for");
  await assertText(page.locator("#test-facts"), /Answers carry the name claude-opus-9, the name asked for\./);
  await assertLooksRight(page);

  // Unticked it is no change; removed and put back it is ticked as before.
  await box.uncheck();
  await assertText(changes, "No unsaved changes");
  await box.check();
  await (await editor.row("claude-opus")).remove.click();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await assertText(changes, "1 unsaved change");

  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.equal((await scene.saved(key)).saves, 1);
  await page.reload();
  assert.deepEqual([await box.isChecked(), await page.locator("[id^=keep-name-]:checked").count()], [true, 1]);
}

export async function a_row_says_how_much_its_requests_may_be_changed(scene) {
  const { key, page, editor } = await atEditor(scene, [BASIC, OPUS]);
  const choice = (await editor.row("claude-opus")).item.getByLabel("Requests");
  const changes = page.locator("#changes");

  await editor.test.fill("claude-opus-9");
  await choice.selectOption("strict");
  await assertText(changes, "1 unsaved change");
  await assertText(page.locator("#review-list"), "claude-opus: fits requests, but refuses what would be left out");
  await assertText(page.locator("#test-facts"), /refused if something would be left out for that\./);
  await assertLooksRight(page);

  // As the key says it is no change; removed and put back it is chosen as before.
  await choice.selectOption("");
  await assertText(changes, "No unsaved changes");
  await choice.selectOption("off");
  await (await editor.row("claude-opus")).remove.click();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await assertText(changes, "1 unsaved change");
  assert.equal(await choice.inputValue(), "off");

  await editor.save.click();
  await assertText(editor.saved, /^Saved\./);
  assert.equal((await scene.saved(key)).saves, 1);
  await page.reload();
  assert.equal(await choice.inputValue(), "off");
}

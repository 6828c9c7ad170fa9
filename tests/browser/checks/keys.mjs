// The list of keys and what is done with a key: create, show once, rename, disable, enable, roll, delete. Each function is
// one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { assertText } from "../lib/editor.mjs";
import { assertFocused, tabTo } from "../lib/keyboard.mjs";

const SECRET = /^cm-[0-9A-Za-z]{46}$/;
const OPUS = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];

const row = (page, name) => page.getByRole("row").filter({ hasText: name });
const names = (page) => page.locator("table.keys th[scope=row] a").allTextContents();
const MODEL = "openai/gpt-5.5";

/** An owner at the list of keys of an account that has these. */
async function atList(scene, keys, like) {
  const people = await scene.people();
  const made = [];
  for (const name of keys) made.push(await scene.key(people, name));
  const page = await scene.signedIn(people.owner, like);
  return { people, page, keys: made };
}

async function create_copy_and_go_to_aliases(scene, like) {
  const { people, page } = await atList(scene, [], like);
  const press = async (target) => {
    await tabTo(page, target);
    await page.keyboard.press("Enter");
  };

  await press(page.getByRole("link", { name: "Create key" }).first());
  await page.waitForURL("**/keys/new");
  await assertFocused(page, page.getByLabel("Name"));
  await page.keyboard.type("claude-code-laptop");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/created*");

  const shown = page.getByLabel("Key of claude-code-laptop");
  const secret = await shown.inputValue();
  assert.match(secret, SECRET);
  // All of it is selected, so that one can copy it by hand.
  await assertFocused(page, shown);
  assert.equal(await page.evaluate(() => getSelection().toString() || document.activeElement.value), secret);
  if (like.js !== false) {
    await press(page.getByRole("button", { name: "Copy", exact: true }));
    await page.getByText("Copied").first().waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  }
  await press(page.getByRole("link", { name: "I've stored it, continue to aliases" }));
  await page.waitForURL("**/aliases");

  const [key] = await scene.ask("keys", { account: people.account });
  assert.equal(key.name, "claude-code-laptop");
  assert.ok(page.url().endsWith(`/keys/${key.id}/aliases`));
  assert.equal((await scene.call(secret, MODEL)).status, 200);
}

export async function create_copy_and_go_to_aliases_by_keyboard(scene) {
  await create_copy_and_go_to_aliases(scene, {});
}

export async function create_copy_and_go_to_aliases_without_javascript(scene) {
  await create_copy_and_go_to_aliases(scene, { js: false });
}

export async function a_secret_is_shown_once(scene) {
  scene.expects(410);
  const { page } = await atList(scene, []);
  const addresses = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto("/keys/new");
  await page.getByLabel("Name").fill("claude-code-laptop");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByLabel("Key of claude-code-laptop").inputValue();
  const shownAt = page.url();
  assert.equal(await page.evaluate(() => document.cookie), "");
  assert.ok(!(await page.content()).includes(`data-secret="${secret}"`));

  await page.getByRole("link", { name: "I've stored it, continue to aliases" }).click();
  await page.waitForURL("**/aliases");
  for (const again of [() => page.goBack(), () => page.goto(shownAt), () => page.reload()]) {
    await again();
    await page.getByText("This key was already shown").waitFor();
    await page.getByText("If you did not copy it, roll the key.").waitFor();
    assert.ok(!(await page.content()).includes(secret));
  }
  assert.ok(!addresses.some((address) => address.includes(secret)));
}

export async function a_reload_does_not_show_the_secret_again(scene) {
  scene.expects(410);
  const { page } = await atList(scene, []);
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto("/keys/new");
  await page.getByLabel("Name").fill("claude-code-laptop");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.getByLabel("Key of claude-code-laptop").inputValue();
  await page.reload();
  await page.getByText("This key was already shown").waitFor();
  assert.ok(!(await page.content()).includes(secret));
}

export async function leaving_before_the_secret_is_copied_asks_first(scene) {
  const { page } = await atList(scene, []);
  await page.goto("/keys/new");
  await page.getByLabel("Name").fill("claude-code-laptop");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Key of claude-code-laptop").click();
  let asked = 0;
  page.on("dialog", async (dialog) => {
    asked += 1;
    await dialog.dismiss();
  });
  await page.getByRole("link", { name: "API keys" }).first().click();
  await page.waitForTimeout(300);
  assert.equal(asked, 1);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByText("Copied").first().waitFor();
  await page.getByRole("link", { name: "API keys" }).first().click();
  await page.waitForURL("**/keys");
  assert.equal(asked, 1);
}

async function a_bad_name_is_refused_kindly(scene, like) {
  scene.expects(422);
  const { page } = await atList(scene, ["taken"], like);
  await page.goto("/keys/new");
  for (const name of ["", "taken"]) {
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Create key" }).click();
    await assertFocused(page, page.locator(".summary"));
    assert.equal(await page.getByLabel("Name").inputValue(), name);
    assert.equal(await page.getByLabel("Name").getAttribute("aria-invalid"), "true");
    await page.locator(".summary").getByRole("link").first().click();
    await assertFocused(page, page.getByLabel("Name"));
  }
}

export async function a_bad_name_is_refused(scene) {
  await a_bad_name_is_refused_kindly(scene, {});
}

export async function a_bad_name_is_refused_without_javascript(scene) {
  await a_bad_name_is_refused_kindly(scene, { js: false });
}

export async function aliases_are_copied_from_another_key(scene) {
  const { people, page } = await atList(scene, []);
  const first = await scene.key(people, "first", [OPUS]);
  await page.goto(`/keys/new?from=${first.id}`);
  await page.getByLabel("Name").fill("second");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("link", { name: "I've stored it, continue to aliases" }).click();
  const second = (await scene.ask("keys", { account: people.account })).find((key) => key.name === "second");
  assert.deepEqual((await scene.saved(second)).aliases, [OPUS]);
}

export async function the_aliases_button_leads_to_the_editor(scene) {
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  await scene.key(people, "empty");
  const page = await scene.signedIn(people.owner);
  await page.getByRole("link", { name: "Aliases of empty, 0" }).waitFor();
  await tabTo(page, page.getByRole("link", { name: "Aliases of claude-code-laptop, 1" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/keys/${key.id}/aliases`);
}

export async function the_list_is_filtered_as_one_types_and_the_address_follows(scene) {
  const { page } = await atList(scene, ["alpha", "beta", "alphabet"]);
  await page.getByRole("searchbox", { name: "Search" }).pressSequentially("alpha");
  await page.waitForFunction(() => document.querySelectorAll("table.keys tbody tr").length === 2);
  assert.deepEqual(new Set(await names(page)), new Set(["alpha", "alphabet"]));
  await page.waitForFunction(() => location.search.includes("q=alpha"));
  await assertText(page.locator("#count-text"), "2 keys");
  await page.reload();
  assert.equal(await page.getByRole("searchbox", { name: "Search" }).inputValue(), "alpha");
  assert.equal((await names(page)).length, 2);
  await page.getByRole("link", { name: "Clear" }).click();
  await page.waitForFunction(() => document.querySelectorAll("table.keys tbody tr").length === 3);
}

export async function the_list_is_filtered_without_javascript(scene) {
  const { page, keys } = await atList(scene, ["alpha", "beta"], { js: false });
  await scene.ask("disable", { key: keys[1].id });
  await page.getByLabel("Status").selectOption("disabled");
  await page.getByRole("button", { name: "Apply" }).click();
  assert.deepEqual(await names(page), ["beta"]);
  await page.getByRole("link", { name: "Clear" }).click();
  await page.getByRole("searchbox", { name: "Search" }).fill("nothing-like-it");
  await page.keyboard.press("Enter");
  await page.getByText("No keys match “nothing-like-it”.").waitFor();
  await page.getByRole("link", { name: "Clear filters" }).click();
  assert.equal((await names(page)).length, 2);
}

export async function the_list_is_sorted_by_its_headings(scene) {
  const { page } = await atList(scene, ["beta", "alpha", "gamma"]);
  const heading = page.getByRole("columnheader", { name: "Name" });
  for (const order of ["ascending", "descending"]) {
    await heading.getByRole("link").click();
    await page.waitForFunction((order) => document.querySelector(`th[aria-sort=${order}]`), order);
    const found = await names(page);
    assert.deepEqual(found, order === "ascending" ? ["alpha", "beta", "gamma"] : ["gamma", "beta", "alpha"]);
  }
}

async function disable_and_enable(scene, like) {
  const { page, keys } = await atList(scene, ["claude-code-laptop"], like);
  const [key] = keys;
  const menu = page.getByLabel("Actions for claude-code-laptop");
  assert.equal((await scene.call(key.secret, MODEL)).status, 200);

  await tabTo(page, menu);
  await page.keyboard.press("Enter");
  await tabTo(page, row(page, key.name).getByRole("button", { name: "Disable" }));
  await page.keyboard.press("Enter");
  await page.getByText("claude-code-laptop disabled. Requests with it are refused within a minute.").waitFor();
  await row(page, key.name).getByText("Disabled").waitFor();
  assert.equal((await scene.call(key.secret, MODEL)).code, "api_key_inactive");

  await page.getByRole("button", { name: "Undo" }).click();
  await row(page, key.name).getByText("Active", { exact: true }).waitFor();
  assert.equal((await scene.call(key.secret, MODEL)).status, 200);
}

export async function a_key_is_disabled_at_once_and_enabled_again_by_keyboard(scene) {
  await disable_and_enable(scene, {});
}

export async function a_key_is_disabled_at_once_and_enabled_again_without_javascript(scene) {
  await disable_and_enable(scene, { js: false });
}

async function open_menus(scene, like) {
  const { page } = await atList(scene, ["alpha", "beta"], like);
  const menu = (name) => page.getByLabel(`Actions for ${name}`);
  const below = async (name) => (await page.getByLabel(`Select ${name}`).boundingBox()).y;
  await menu("alpha").click();
  const opened = await row(page, "alpha").getByRole("link", { name: "Delete…" }).boundingBox();
  assert.ok(opened.y + opened.height <= (await below("beta")), "the actions lie over the row below");
  await menu("beta").click();
  assert.equal(await page.locator("details[open]").count(), 1);
  return { page, menu };
}

export async function a_menu_opens_inside_its_row_and_closes_the_other(scene) {
  const { page, menu } = await open_menus(scene, {});
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await assertFocused(page, menu("beta"));
  assert.equal(await page.locator("details[open]").count(), 0);
}

export async function a_menu_opens_inside_its_row_and_closes_the_other_without_javascript(scene) {
  await open_menus(scene, { js: false });
}

async function rename(scene, like) {
  const { page, keys } = await atList(scene, ["old-name"], like);
  await page.goto(`/keys/${keys[0].id}`);
  await page.getByLabel("Name", { exact: true }).fill("new-name");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "new-name" }).waitFor();
  await page.goto("/keys");
  assert.deepEqual(await names(page), ["new-name"]);
}

export async function a_key_is_renamed(scene) {
  await rename(scene, {});
}

export async function a_key_is_renamed_without_javascript(scene) {
  await rename(scene, { js: false });
}

async function roll(scene, like) {
  const { page, keys } = await atList(scene, ["claude-code-laptop"], like);
  const [key] = keys;
  await page.goto(`/keys/${key.id}/roll`);
  assert.ok(await page.getByLabel(/24 hours/).isChecked());
  await page.getByLabel(/now/i).first().check();
  await page.getByRole("button", { name: "Roll and show the new key" }).click();
  const secret = await page.getByLabel("Key of claude-code-laptop").inputValue();
  assert.match(secret, SECRET);
  assert.notEqual(secret, key.secret);
  assert.equal((await scene.call(secret, MODEL)).status, 200);
  assert.equal((await scene.call(key.secret, MODEL)).status, 401);
}

export async function a_key_is_rolled_and_the_old_secret_dies(scene) {
  await roll(scene, {});
}

export async function a_key_is_rolled_without_javascript(scene) {
  await roll(scene, { js: false });
}

export async function a_rolled_key_can_keep_its_old_secret_for_a_while(scene) {
  const { page, keys } = await atList(scene, ["claude-code-laptop"]);
  const [key] = keys;
  await page.goto(`/keys/${key.id}/roll`);
  await page.getByRole("button", { name: "Roll and show the new key" }).click();
  const secret = await page.getByLabel("Key of claude-code-laptop").inputValue();
  assert.equal((await scene.call(secret, MODEL)).status, 200);
  assert.equal((await scene.call(key.secret, MODEL)).status, 200);
}

export async function a_key_in_use_is_deleted_only_by_its_name_in_a_dialog(scene) {
  scene.expects(422);
  const { people, page, keys } = await atList(scene, ["claude-code-laptop"]);
  const [key] = keys;
  await scene.ask("used", { key: key.id, model: MODEL });
  await page.reload();
  await tabTo(page, page.getByLabel("Actions for claude-code-laptop"));
  await page.keyboard.press("Enter");
  await tabTo(page, row(page, key.name).getByRole("link", { name: "Delete…" }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete claude-code-laptop?" });
  await assertFocused(page, dialog.getByRole("textbox"));
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);

  await page.goto(`/keys/${key.id}/delete`);
  await assertText(page.locator("#delete"), /1 request used it in the last 7 days/);
  await page.getByRole("textbox").fill("claude-code-desktop");
  await page.getByRole("button", { name: "Delete key" }).click();
  await page.getByText("Type claude-code-laptop exactly to confirm.").waitFor();
  assert.equal((await scene.ask("keys", { account: people.account })).length, 1);
  await page.getByRole("textbox").fill("claude-code-laptop");
  await page.keyboard.press("Enter");
  await page.getByText("claude-code-laptop deleted.").waitFor();
  assert.deepEqual(await scene.ask("keys", { account: people.account }), []);
  assert.equal((await scene.call(key.secret, MODEL)).code, "invalid_api_key");
}

export async function an_unused_key_is_deleted_with_one_button_without_javascript(scene) {
  const { people, page, keys } = await atList(scene, ["claude-code-laptop"], { js: false });
  await page.getByLabel("Actions for claude-code-laptop").click();
  await row(page, keys[0].name).getByRole("link", { name: "Delete…" }).click();
  assert.equal(await page.getByRole("textbox").count(), 0);
  await page.getByRole("button", { name: "Delete key" }).click();
  await page.getByText("claude-code-laptop deleted.").waitFor();
  assert.deepEqual(await scene.ask("keys", { account: people.account }), []);
}

async function several_at_once(scene, like) {
  const { people, page } = await atList(scene, ["one", "two", "three"], like);
  for (const name of ["one", "two"]) await page.getByLabel(`Select ${name}`).check();
  await page.locator("#bulk").getByRole("button", { name: "Disable" }).click();
  await page.getByText(/2 keys disabled/).waitFor();
  for (const name of ["one", "two", "three"]) await page.getByLabel(`Select ${name}`).check();
  await page.locator("#bulk").getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("textbox").fill("delete 3 keys");
  await page.getByRole("button", { name: "Delete 3 keys" }).click();
  await page.getByText(/3 keys deleted/).waitFor();
  assert.deepEqual(await scene.ask("keys", { account: people.account }), []);
}

export async function several_keys_are_changed_at_once(scene) {
  await several_at_once(scene, {});
}

export async function several_keys_are_changed_at_once_without_javascript(scene) {
  await several_at_once(scene, { js: false });
}

export async function a_viewer_can_look_and_test_but_not_write(scene) {
  scene.expects(403);
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  const page = await scene.signedIn(people.viewer);
  assert.equal(await page.getByRole("link", { name: "Create key" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Disable" }).count(), 0);

  await page.goto(`/keys/${key.id}/aliases`);
  await page.getByText("You can view and test these aliases. Ask an account admin to change them.").waitFor();
  assert.equal(await page.locator("button#save, button#add, [data-remove]").count(), 0);
  assert.ok(await page.locator('[name="name[]"]').first().evaluate((input) => input.readOnly));
  await page.locator("#test").fill("claude-opus-4-9");
  await assertText(
    page.locator("#test-result"),
    "claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).",
  );

  const post = (path, fields) =>
    page.evaluate(
      async ([path, fields]) => (await fetch(path, { method: "POST", body: new URLSearchParams(fields) })).status,
      [path, fields],
    );
  const save = { version: "0", "row[]": "n1", "name[]": "x", "mode[]": "exact", "target[]": MODEL, op: "save" };
  assert.equal(await post(`/keys/${key.id}/aliases`, save), 403);
  assert.equal(await post(`/keys/${key.id}/disable`, {}), 403);
  assert.equal(await post(`/keys/${key.id}/delete`, { confirm: key.name }), 403);
  assert.equal(await post("/keys", { name: "another" }), 403);
  assert.deepEqual(await scene.saved(key), { saves: 0, aliases: [OPUS] });
}

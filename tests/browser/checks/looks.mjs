// Every page and every open state, in light and dark, narrow and wide, in forced colours and with large text: no
// violation that axe can find, nothing that scrolls sideways. Each function is one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { Editor } from "../lib/editor.mjs";
import { assertLooksRight } from "../lib/looks.mjs";

const OPUS = ["claude-opus", "prefix", "anthropic/claude-opus-4-8"];
const CLAUDE = ["claude", "prefix", "anthropic/claude-haiku-4-5"];
const BASIC = ["cross-model-basic", "exact", "deepseek/deepseek-chat"];

/** An owner at the editor of a new key that has these aliases. */
async function atEditor(scene, aliases, query) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", aliases);
  const page = await scene.recognised(people.owner);
  return { people, key, page, editor: await Editor.open(page, key, query) };
}

export async function the_editor_without_aliases(scene) {
  const { page } = await atEditor(scene, []);
  await assertLooksRight(page);
}

export async function the_editor_with_hints_and_a_test(scene) {
  const { page, editor } = await atEditor(scene, [BASIC, OPUS, CLAUDE], "?test=claude-opus-4-9");
  await editor.assertSays("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).");
  await assertLooksRight(page);
}

export async function the_editor_with_a_new_row_and_an_open_list(scene) {
  const { page, editor } = await atEditor(scene, [OPUS]);
  await editor.addRow("fast", "exact", "");
  await editor.targets.last().pressSequentially("claude");
  await page.locator('[role="option"]').first().waitFor();
  await page.keyboard.press("ArrowDown");
  await assertLooksRight(page);
}

export async function the_editor_with_problems(scene) {
  scene.expects(422);
  const { page, editor } = await atEditor(scene, [OPUS]);
  await editor.addRow("my alias", "exact", "no/such");
  await editor.addRow("claude-opus", "exact", "");
  await editor.save.click();
  await editor.summary.waitFor();
  await assertLooksRight(page);
}

export async function the_editor_after_a_save(scene) {
  const { page, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await editor.save.click();
  await editor.saved.waitFor();
  for (const summary of await page.locator(".saved > details > summary").all()) await summary.click();
  await assertLooksRight(page);
}

export async function the_editor_with_a_merge_and_a_choice(scene) {
  scene.expects(409);
  const { people, key, page, editor } = await atEditor(scene, [BASIC, OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.saveAs(people.maya, key, [BASIC, ["claude-opus", "prefix", "openai/gpt-5"], CLAUDE]);
  await editor.save.click();
  await page.getByText("Keep mine:").waitFor();
  await assertLooksRight(page);
}

export async function the_editor_of_a_deleted_key(scene) {
  scene.expects(404);
  const { key, page, editor } = await atEditor(scene, [OPUS]);
  await editor.retarget("claude-opus", "openai/gpt-5.5");
  await scene.ask("delete", { key: key.id });
  await editor.save.click();
  await page.getByText("This key was deleted.").waitFor();
  await assertLooksRight(page);
}

export async function the_editor_with_everything_unfolded(scene) {
  const { page, editor } = await atEditor(scene, [BASIC, OPUS, CLAUDE]);
  await editor.retarget("cross-model-basic", "openai/gpt-5.5");
  await page.locator("#review:not([hidden])").waitFor();
  for (const summary of await page.locator("#editor details:not([open]) > summary").all()) {
    if (await summary.isVisible()) await summary.click();
  }
  await assertLooksRight(page);
}

export async function the_editor_as_a_viewer_sees_it(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [BASIC, OPUS]);
  const page = await scene.recognised(people.viewer);
  await Editor.open(page, key, "?test=claude-opus-4-9");
  await assertLooksRight(page);
}

export async function the_page_that_browses_models(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  const page = await scene.recognised(people.owner, { js: false });
  await Editor.open(page, key);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST"),
    page.getByRole("button", { name: /^Browse models/ }).first().click(),
  ]);
  // Looked at with scripts on, since axe is one.
  const html = await answer.text();
  const scripted = await scene.recognised(people.owner);
  await scripted.route("**/browse-models", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await scripted.goto("/browse-models");
  await assertLooksRight(scripted);
}

export async function the_history_of_the_aliases(scene) {
  const { people, key, page } = await atEditor(scene, [OPUS]);
  await scene.saveAs(people.maya, key, [OPUS, CLAUDE]);
  await page.reload();
  await page.getByRole("link", { name: "History" }).click();
  await assertLooksRight(page);
}

export async function the_list_of_keys(scene) {
  const people = await scene.people();
  const used = await scene.key(people, "claude-code-laptop", [BASIC, OPUS]);
  const off = await scene.key(people, "old-cursor");
  await scene.key(people, "a-key-whose-name-is-so-long-that-it-has-to-be-broken-somewhere-on-narrow-screens");
  await scene.ask("used", { key: used.id, model: "openai/gpt-5.5" });
  await scene.ask("disable", { key: off.id });
  const page = await scene.signedIn(people.owner);
  await page.goto("/keys?status=");
  await assertLooksRight(page);
}

export async function the_list_of_keys_when_there_are_none(scene) {
  const people = await scene.people();
  const page = await scene.signedIn(people.owner);
  await assertLooksRight(page);
}

export async function the_list_of_keys_when_none_fits(scene) {
  const people = await scene.people();
  await scene.key(people, "claude-code-laptop");
  const page = await scene.signedIn(people.owner);
  await page.goto("/keys?q=no-such-key");
  await page.getByText(/No keys match/).waitFor();
  await assertLooksRight(page);
}

export async function signing_in(scene) {
  const page = await scene.window();
  await page.goto("/sign-in");
  await assertLooksRight(page);
}

export async function a_page_that_is_not_there(scene) {
  scene.expects(404);
  const people = await scene.cast();
  const page = await scene.recognised(people.owner);
  await page.goto("/keys/0199d9a0-0000-7000-8000-000000000000");
  await assertLooksRight(page);
}

export async function creating_a_key_and_being_refused(scene) {
  scene.expects(422);
  const people = await scene.cast();
  const page = await scene.recognised(people.owner);
  await page.goto("/keys/new");
  await assertLooksRight(page);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("There is a problem").waitFor();
  await assertLooksRight(page);
}

export async function a_new_key_and_a_key_that_was_shown(scene) {
  scene.expects(410);
  const people = await scene.cast();
  const page = await scene.recognised(people.owner);
  await page.goto("/keys/new");
  await page.getByLabel("Name").fill("claude-code-laptop");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("Copy your key now").waitFor();
  await assertLooksRight(page);
  const shown = page.url();
  await page.getByRole("link", { name: "I've stored it, continue to aliases" }).click();
  await page.goto(shown);
  await assertLooksRight(page);
}

export async function a_keys_own_page_and_rolling_it(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  const page = await scene.recognised(people.owner);
  await page.goto(`/keys/${key.id}`);
  await assertLooksRight(page);
  await page.goto(`/keys/${key.id}/roll`);
  await assertLooksRight(page);
}

export async function the_page_that_connects_a_client(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "claude-code-laptop", [BASIC, OPUS]);
  const page = await scene.recognised(people.owner);
  await page.goto(`/keys/${key.id}/connect`);
  await assertLooksRight(page);

  await page.getByLabel("Model name that the client asks for").selectOption("claude-opus-4-8");
  await page.getByRole("button", { name: "Fill in" }).click();
  await page.locator("#codex > summary").click();
  await page.getByRole("button", { name: "Copy Codex: ~/.codex/config.toml" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^model = "claude-opus-4-8"\nmodel_provider = "crossmodel"\n/);
  // All of it at once, which the page itself never shows.
  await page.evaluate(() => {
    for (const one of document.querySelectorAll(".tabs details")) {
      one.removeAttribute("name");
      one.open = true;
    }
  });
  await assertLooksRight(page);
}

export async function deleting_a_key_as_a_page_and_as_a_dialog(scene) {
  scene.expects(422);
  const people = await scene.people();
  for (const name of ["a-key-above", "prod-api", "the-key-below"]) await scene.key(people, name);
  const key = await scene.key(people, "claude-code-laptop", [OPUS]);
  await scene.ask("used", { key: key.id, model: "openai/gpt-5.5" });
  const page = await scene.signedIn(people.owner);
  await page.goto(`/keys/${key.id}/delete`);
  await page.getByRole("button", { name: "Delete key" }).click();
  await page.getByText("Type claude-code-laptop exactly to confirm.").waitFor();
  await assertLooksRight(page);
  await page.goto("/keys");
  await page.getByLabel("Actions for claude-code-laptop").click();
  await assertLooksRight(page);
  await page.getByRole("row").getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("dialog").waitFor();
  await assertLooksRight(page);
}

export async function deleting_several_keys(scene) {
  const people = await scene.people();
  await scene.key(people, "one");
  await scene.key(people, "two");
  const page = await scene.signedIn(people.owner);
  for (const name of ["one", "two"]) await page.getByLabel(`Select ${name}`).check();
  await page.locator("#bulk").getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("textbox").waitFor();
  await assertLooksRight(page);
}

export async function a_refused_sign_in(scene) {
  scene.expects(422);
  const page = await scene.window();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByLabel("Password").fill("wrong horse battery staple");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").first().waitFor();
  await assertLooksRight(page);
}

export async function setting_up_and_being_refused(scene) {
  scene.expects(422);
  const page = await scene.window();
  await page.goto(await scene.ask("set_up_link"));
  await assertLooksRight(page);
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await page.locator('#password[aria-invalid="true"]').waitFor();
  await assertLooksRight(page);
}

export async function choosing_a_new_password(scene) {
  const people = await scene.people();
  const page = await scene.window();
  await page.goto(await scene.ask("reset_link", { email: people.owner }));
  await assertLooksRight(page);
}

export async function the_models_and_the_search_for_everything(scene) {
  const people = await scene.cast();
  const page = await scene.recognised(people.owner);
  await page.goto("/models");
  await assertLooksRight(page);
  await page.goto("/find?q=gpt");
  await assertLooksRight(page);
  await page.keyboard.press("Control+k");
  await page.locator("#palette[open] a").first().waitFor();
  await assertLooksRight(page);
}

export async function the_menu_on_a_narrow_screen(scene) {
  const people = await scene.people();
  const page = await scene.signedIn(people.owner, { width: 320 });
  await page.locator("details.fold > summary").click();
  await page.getByRole("navigation", { name: "Menu" }).waitFor();
  await assertLooksRight(page);
}

/** An owner whose three keys have had a month of traffic, and the id of a request that was tried twice. */
async function afterAMonth(scene) {
  const people = await scene.people();
  const aliases = [OPUS, ["claude-haiku", "prefix", "deepseek/deepseek-chat"], ["gpt-5", "prefix", "openai/gpt-5.5"], BASIC];
  const keys = [];
  for (const name of ["claude-code-laptop", "nightly-batch", "support-chat"]) keys.push(await scene.key(people, name, aliases));
  const request = await scene.ask("traffic", { account: people.account, keys: keys.map((key) => key.id) });
  return { request, keys, page: await scene.signedIn(people.owner) };
}

export async function the_usage_of_a_month(scene) {
  const { page } = await afterAMonth(scene);
  await page.goto("/usage");
  await page.getByRole("heading", { name: "Cost by day" }).waitFor();
  for (const summary of await page.locator(".chart summary").all()) await summary.click();
  await assertLooksRight(page);
}

export async function the_usage_split_otherwise_and_followed_to_its_requests(scene) {
  const { page } = await afterAMonth(scene);
  await page.goto("/usage");
  await page.getByLabel("Cost split by").selectOption("key");
  await page.locator(".legend .what", { hasText: "nightly-batch" }).waitFor();
  assert.match(page.url(), /by=key/);
  await page.locator("#models a").first().click();
  await page.getByRole("heading", { name: "Requests" }).waitFor();
  await page.getByLabel("Status").selectOption("failed");
  // There may be failed ones among all, so that one of them says nothing of the filter yet.
  await page.locator("table.requests:not(:has(.chip.ok)) .chip.bad").first().waitFor();
}

export async function usage_and_requests_when_there_are_none(scene) {
  const people = await scene.people();
  const page = await scene.signedIn(people.owner);
  for (const path of ["/usage", "/requests"]) {
    await page.goto(path);
    await assertLooksRight(page);
  }
}

export async function the_list_of_requests(scene) {
  const { page } = await afterAMonth(scene);
  await page.goto("/requests");
  await assertLooksRight(page);
  await page.goto("/requests?status=failed");
  await page.getByText("More filters").click();
  await assertLooksRight(page);
}

export async function one_request(scene) {
  const { request, page } = await afterAMonth(scene);
  await page.goto(`/requests/${request}`);
  await page.getByRole("heading", { name: "Attempts" }).waitFor();
  await assertLooksRight(page);
}

/** Credit, a correction and three days of calls of one key. */
async function withMoney(scene, people) {
  const key = await scene.key(people, "claude-code-laptop");
  await scene.ask("credit", { account: people.account, usd: "-12.5", note: "entered twice" });
  for (const [days_ago, usd] of [[3, "4.25"], [1, "0.0004"], [0, "1.2"]]) {
    await scene.ask("spent", { key: key.id, days_ago, usd });
  }
  return key;
}

export async function the_wallet_of_an_account(scene) {
  const people = await scene.people();
  await withMoney(scene, people);
  const page = await scene.signedIn(people.owner);
  await page.goto("/wallet");
  assert.equal(await page.locator(".ledger tbody tr").count(), 5);
  await assertLooksRight(page);
}

export async function the_wallet_before_the_first_credit(scene) {
  const poor = await scene.ask("poor", { name: `poor-${Math.random().toString(36).slice(2)}` });
  const page = await scene.signedIn(poor.owner);
  await page.goto("/wallet");
  await page.getByRole("heading", { name: "No credit yet" }).waitFor();
  await assertLooksRight(page);
}

export async function the_wallet_of_an_admin_and_a_refused_correction(scene) {
  const people = await scene.people();
  await withMoney(scene, people);
  const page = await scene.signedIn(people.admin);
  await page.goto(`/wallet?account=${people.account}`);
  await page.getByLabel("Amount in US dollars").fill("-3");
  await page.getByLabel("Note").fill("entered twice");
  scene.expects(422);
  await page.getByRole("button", { name: "Add credit" }).click();
  await page.locator("#confirm").waitFor();
  await assertLooksRight(page);
}

export async function keys_with_spend_limits(scene) {
  const people = await scene.people();
  const key = await withMoney(scene, people);
  const full = await scene.key(people, "batch");
  await scene.key(people, "unlimited");
  await scene.ask("spent", { key: full.id, usd: "7" });
  await scene.ask("limits", { key: key.id, usd: "20", per: "total" });
  await scene.ask("limits", { key: full.id, usd: "5", per: "week" });
  const page = await scene.signedIn(people.owner);
  await page.getByText("Limit reached, requests are refused until ").waitFor();
  await assertLooksRight(page);
}

export async function a_keys_limits_and_what_is_refused_of_them(scene) {
  const people = await scene.people();
  const key = await withMoney(scene, people);
  await scene.ask("limits", { key: key.id, usd: "20", per: "month" });
  await scene.ask("limits", { account: people.account, usd: "500", per: "month" });
  const page = await scene.signedIn(people.owner);
  await page.goto(`/keys/${key.id}`);
  await assertLooksRight(page);
  scene.expects(422);
  await page.getByLabel("Only these").check();
  await page.getByLabel("Model ids, one a line").fill("deepseek/deepseek-cht");
  await page.getByLabel("Client addresses, one a line").fill("10.0.0.0/99");
  await page.getByRole("button", { name: "Save access" }).click();
  await page.locator("#models-error").waitFor();
  await assertLooksRight(page);
}

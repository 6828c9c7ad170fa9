// Credit and limits, as a person sets them. Each function is one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";

/** Moves on with Tab until that element has the focus. */
async function tabTo(page, locator) {
  for (let n = 0; n < 60; n++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never comes to ${locator}`);
}

async function addsCredit(scene, like, typing) {
  const people = await scene.people();
  const page = await scene.signedIn(people.admin, like);
  await page.goto(`/wallet?account=${people.account}`);
  await typing(page, "25.50", "invoice 7");
  await page.getByText("The balance is now $100,025.50.").waitFor();
  assert.equal(await page.locator(".ledger tbody tr").first().locator("th").innerText(), "invoice 7\nCredit");
  assert.equal(await page.locator(".sum").innerText(), "$100,025.50");
}

export async function an_admin_adds_credit_by_keyboard(scene) {
  await addsCredit(scene, {}, async (page, usd, note) => {
    await tabTo(page, page.getByLabel("Amount in US dollars"));
    await page.keyboard.type(usd);
    await page.keyboard.press("Tab");
    await page.keyboard.type(note);
    await page.keyboard.press("Enter");
  });
}

export async function an_admin_adds_credit_without_javascript(scene) {
  await addsCredit(scene, { js: false }, async (page, usd, note) => {
    await page.getByLabel("Amount in US dollars").fill(usd);
    await page.getByLabel("Note").fill(note);
    await page.getByRole("button", { name: "Add credit" }).click();
  });
}

export async function a_keys_limits_are_set_by_keyboard(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "laptop");
  const page = await scene.recognised(people.owner);
  await page.goto(`/keys/${key.id}`);
  await tabTo(page, page.locator("#per"));
  await page.keyboard.type("Per week");
  await page.keyboard.press("Tab");
  await page.keyboard.type("20");
  await page.keyboard.press("Tab");
  await page.keyboard.type("600");
  await page.keyboard.press("Enter");
  await page.getByText("$0.00 / $20 this week").first().waitFor();
  const limits = await scene.ask("key_limits", { key: key.id });
  assert.deepEqual([limits.rpm, limits.tpm, limits.usd, limits.per], [600, null, "20", "week"]);
}

export async function a_keys_limits_are_set_without_javascript(scene) {
  const people = await scene.cast();
  const key = await scene.key(people, "laptop");
  const page = await scene.recognised(people.owner, { js: false });
  await page.goto(`/keys/${key.id}`);
  // The amount and the list of models appear by style alone.
  assert.equal(await page.getByLabel("US dollars").isVisible(), false);
  await page.getByLabel("Spend limit").selectOption("month");
  await page.getByLabel("US dollars").fill("2.50");
  await page.getByRole("button", { name: "Save limits" }).click();
  await page.getByText("$0.00 / $2.50 this month").first().waitFor();
  assert.equal(await page.getByLabel("Model ids, one a line").isVisible(), false);
  await page.getByLabel("Only these").check();
  await page.getByLabel("Model ids, one a line").fill("deepseek/deepseek-chat");
  await page.getByLabel("Client addresses, one a line").fill("10.1.2.3/8");
  await page.getByRole("button", { name: "Save access" }).click();
  await page.getByText("is saved. Live on every gateway within a minute.").waitFor();
  const { usd, per, models, addresses } = await scene.ask("key_limits", { key: key.id });
  assert.deepEqual([usd, per, models, addresses], ["2.5", "month", ["deepseek/deepseek-chat"], ["10.0.0.0/8"]]);
}

export async function a_new_key_gets_a_spend_limit(scene) {
  const people = await scene.people();
  const page = await scene.signedIn(people.owner, { js: false });
  await page.goto("/keys/new");
  await page.getByLabel("Name").fill("laptop");
  await page.getByLabel("Spend limit").selectOption("day");
  await page.getByLabel("US dollars").fill("5");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.waitForURL("**/created?**");
  const [key] = await scene.ask("keys", { account: people.account });
  const { usd, per, rpm } = await scene.ask("key_limits", { key: key.id });
  assert.deepEqual([usd, per, rpm], ["5", "day", 60]);
}

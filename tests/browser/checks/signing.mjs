// Signing in and out. Each function is one check, named in tests/it/browser/mod.rs.

import assert from "node:assert/strict";
import { assertText } from "../lib/editor.mjs";
import { assertFocused, tabTo } from "../lib/keyboard.mjs";
import { PASSWORD, signIn } from "../lib/scene.mjs";

async function in_and_out(scene, like) {
  // Said to the page that signing out leaves; tests/it/console/sign_in.rs reads the header itself.
  scene.mayHear(/^Clear-Site-Data header on .*: Cleared data types: "cache", "storage"/);
  const people = await scene.people();
  const page = await scene.window(like);
  await page.goto("/keys?q=laptop");
  assert.match(page.url(), /\/sign-in\?/);
  await assertFocused(page, page.getByLabel("E-mail address"));
  await page.keyboard.type(people.owner);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  // Where one wanted to go is where one ends up.
  await page.waitForURL("**/keys?q=laptop");

  await tabTo(page, page.getByRole("button", { name: "Sign out" }).first());
  await page.keyboard.press("Enter");
  await page.getByText("You've signed out.").waitFor();
  await page.goto("/keys");
  assert.match(page.url(), /\/sign-in/);
}

export async function in_and_out_by_keyboard(scene) {
  await in_and_out(scene, {});
}

export async function in_and_out_without_javascript(scene) {
  await in_and_out(scene, { js: false });
}

export async function a_wrong_password_and_an_unknown_person_get_one_answer(scene) {
  scene.expects(422);
  const people = await scene.people();
  const page = await scene.window();
  for (const email of [people.owner, `nobody-${people.owner}`]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill("wrong horse battery staple");
    await page.keyboard.press("Enter");
    await assertText(page.getByRole("alert").first(), "The e-mail address or the password is wrong.");
    assert.equal(await page.getByLabel("E-mail address").inputValue(), email);
    assert.equal(await page.getByLabel("Password").inputValue(), "");
  }
}

export async function the_cookie_cannot_be_read_by_scripts(scene) {
  const people = await scene.people();
  const page = await scene.signedIn(people.owner);
  assert.equal(await page.evaluate(() => document.cookie), "");
  const [cookie, ...rest] = await page.context().cookies();
  assert.deepEqual(rest, []);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, "Lax");
  assert.equal(cookie.expires, -1);
}

export async function somebody_elses_page_cannot_post_here(scene) {
  scene.expects(403);
  const people = await scene.people();
  const key = await scene.key(people, "claude-code-laptop");
  const page = await scene.signedIn(people.owner);
  // The same machine by another name is another site to a browser.
  const elsewhere = await scene.anotherTab(page);
  await elsewhere.route("http://elsewhere.test/**", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="en"><title>Elsewhere</title><form method="post" action="${scene.url}/keys/${key.id}/disable"><button type="submit">Win a prize</button></form></html>`,
    }),
  );
  await elsewhere.goto("http://elsewhere.test/");
  const [answer] = await Promise.all([
    elsewhere.waitForResponse((response) => response.url().endsWith("/disable")),
    elsewhere.getByRole("button").click(),
  ]);
  assert.equal(answer.status(), 403);
  assert.equal((await scene.call(key.secret, "openai/gpt-5.5")).status, 200);
}

export async function a_second_person_sees_nothing_of_the_first(scene) {
  scene.expects(404);
  const [ours, theirs] = [await scene.people(), await scene.people()];
  const key = await scene.key(ours, "claude-code-laptop", [["fast", "exact", "openai/gpt-5.5"]]);
  const page = await scene.signedIn(theirs.owner);
  assert.equal(await page.getByText("claude-code-laptop").count(), 0);
  const missing = "/keys/0199d9a0-0000-7000-8000-000000000000";
  for (const place of ["", "/aliases", "/delete"]) {
    const foreign = await page.goto(`/keys/${key.id}${place}`);
    const nowhere = await page.goto(missing + place);
    assert.equal(foreign.status(), 404, place);
    assert.equal(nowhere.status(), 404, place);
  }
  // An admin sees every account's keys.
  const admin = await scene.window();
  await signIn(admin, ours.admin);
  assert.equal((await admin.goto(`/keys/${key.id}/aliases`)).status(), 200);
}

async function set_up_the_first_admin(scene, like) {
  scene.expects(404, 422);
  const link = await scene.ask("set_up_link");
  const page = await scene.window(like);
  await page.goto(link);
  await assertFocused(page, page.getByLabel("Account name"));
  await page.keyboard.type("Acme");
  await page.keyboard.press("Tab");
  await page.keyboard.type("maya@example.com");
  await page.keyboard.press("Tab");
  await page.keyboard.type("short");
  await page.keyboard.press("Enter");
  await page.locator('#password[aria-invalid="true"]').waitFor();
  assert.equal(await page.getByLabel("Account name").inputValue(), "Acme");
  assert.equal(await page.getByLabel("Password").inputValue(), "");
  await page.getByLabel("Password").fill("plum orchard at dusk");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/keys");
  await page.getByText("maya@example.com").first().waitFor();

  assert.equal((await page.goto(link)).status(), 404);
}

export async function the_first_admin_is_set_up_by_keyboard(scene) {
  await set_up_the_first_admin(scene, {});
}

export async function the_first_admin_is_set_up_without_javascript(scene) {
  await set_up_the_first_admin(scene, { js: false });
}

export async function a_new_password_ends_every_session(scene) {
  scene.expects(404);
  const people = await scene.people();
  const before = await scene.signedIn(people.owner);
  const link = await scene.ask("reset_link", { email: people.owner });
  const page = await scene.window();
  await page.goto(link);
  await page.getByLabel("New password").fill(`${PASSWORD} again`);
  await page.keyboard.press("Enter");
  await page.getByText("Your new password is set. Sign in with it.").waitFor();
  assert.equal((await page.goto(link)).status(), 404);

  await before.goto("/keys");
  assert.match(before.url(), /\/sign-in/);
  await before.getByLabel("E-mail address").fill(people.owner);
  await before.getByLabel("Password").fill(`${PASSWORD} again`);
  await before.keyboard.press("Enter");
  await before.waitForURL("**/keys");
}
